import { HttpCode, SetMetadata, UseInterceptors, applyDecorators, type Type } from '@nestjs/common';
import { ApiExtension, ApiExtraModels, ApiOperation, ApiQuery, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { AccessChangeResponse } from '../dry-run/access-change.response.js';
import { PermissionChangeResponse } from '../dry-run/permission-change.response.js';
import { DryRunInterceptor } from '../dry-run/dry-run.interceptor.js';
import { DryRunQuery, RoleDryRunQuery } from '../dry-run/dry-run.query.js';
import { DRY_RUN, type DryRunOptions } from '../dry-run/reach.js';
import { Meta, PaginationMeta } from './envelope.schemas.js';

type Model = Type;

/** What a route is documented with; the rest (errors, examples, common headers) follows from its shape. */
interface RouteOptions {
  readonly summary: string;
  readonly description?: string;
  /** Default 200, or 204 where nothing is answered. */
  readonly status?: 200 | 201 | 202 | 204;
  /** What stands in `data`: a model, or a list of one. */
  readonly data?: Model | readonly [Model];
  /** Whether `data` has the items of a page in it. */
  readonly isPaged?: boolean;
  /** What the items of a page are. */
  readonly page?: Model;
  /** What is answered as it is, without an envelope. */
  readonly bare?: Model | readonly [Model];
  /** What the first lines of the answer are, where it is a file: by its content type. */
  readonly file?: Readonly<Record<string, string>>;
  /** Whether anybody may call it, as `@Public()` lets them. */
  readonly open?: boolean;
  /** Whether contract 1 names the answer a plain object (`..._dict_`), of which ours is a finer description. */
  readonly dict?: boolean;
  /** Whether the answer carries an ETag, and PATCH and DELETE take If-Match. */
  readonly versioned?: boolean;
  /** Whether the same call also answers 201, where it made something (an idempotent PUT). */
  readonly alsoCreates?: boolean;
  /** Whose access or which role the route may alter: then it takes `dry_run`. Stands below @IdempotentPost, so that nothing of it is kept. */
  readonly dryRun?: DryRunOptions;
  /** Further statuses, each with why; 401, 403, 422 and what the shape of the route brings are added by themselves. */
  readonly refusals?: Readonly<Record<number, string>>;
}

/** Marks an operation whose answers carry an ETag, until the document is completed. */
export const VERSIONED = 'x-doorlist-versioned';

/** Marks an operation that asks for no token, until the document is completed. */
export const OPEN = 'x-doorlist-open';

/** Marks an operation that changes nothing although it is a POST, until the document is completed. */
export const ONLY_READS = 'x-doorlist-only-reads';

/** Documents a route and sets its status. */
export function Route(options: RouteOptions): MethodDecorator {
  const status = options.status ?? (options.data || options.page || options.bare || options.file ? 200 : 204);
  const models: Model[] = [options.page ?? [], options.data ?? [], options.bare ?? []].flat();
  return applyDecorators(
    HttpCode(status),
    ApiOperation({
      summary: options.summary,
      ...(options.description === undefined ? {} : { description: options.description }),
    }),
    ApiExtraModels(Meta, PaginationMeta, ...models),
    ApiResponse({ status, description: options.summary, ...(status === 200 ? answersOf(options) : schemaOf(options)) }),
    ...dryRunOf(options, status),
    ...(options.alsoCreates ? [ApiResponse({ status: 201, description: 'It was made.', ...schemaOf(options) })] : []),
    ...Object.entries(options.refusals ?? {}).map(([code, description]) =>
      ApiResponse({ status: Number(code), description }),
    ),
    ...(options.versioned ? [ApiExtension(VERSIONED, true)] : []),
    ...(options.open ? [ApiExtension(OPEN, true)] : []),
  );
}

/** What an answer holds: of one type, or of several media types. */
interface Described {
  readonly schema?: object;
  readonly content?: Readonly<Record<string, object>>;
}

/** The parameters, the interceptor and the answer of a dry run. */
function dryRunOf({ dryRun }: RouteOptions, status: number): (ClassDecorator | MethodDecorator)[] {
  if (!dryRun) return [];
  return [
    SetMetadata(DRY_RUN, dryRun),
    UseInterceptors(DryRunInterceptor),
    ...queryOf(dryRun),
    ApiExtraModels(AccessChangeResponse, PermissionChangeResponse),
    ...(status === 200
      ? []
      : [ApiResponse({ status: 200, description: 'What a dry run found.', schema: previewOf(dryRun) })]),
  ];
}

/** A route that has a query of its own has these parameters in it. */
function queryOf(dryRun: DryRunOptions): MethodDecorator[] {
  if (typeof dryRun === 'function') return [ApiQuery({ type: DryRunQuery })];
  return dryRun.query ? [] : [ApiQuery({ type: RoleDryRunQuery })];
}

function previewOf(dryRun: DryRunOptions): object {
  if (typeof dryRun === 'function') return PREVIEW;
  return dryRun.isBare ? BARE_PERMISSIONS : PERMISSIONS;
}

/** With `dry_run` the same 200 carries the preview. */
function answersOf(options: RouteOptions): Described {
  const described = schemaOf(options);
  if (!options.dryRun || described.content) return described;
  const preview = previewOf(options.dryRun);
  return { schema: { anyOf: described.schema ? [described.schema, preview] : [preview, NOTHING] } };
}

function schemaOf({ data, isPaged, page, bare, file, dict }: RouteOptions): Described {
  if (file) return { content: contentOf(file) };
  if (bare) return { schema: isList(bare) ? listOf(bare[0]) : { $ref: getSchemaPath(bare) } };
  if (page) return { schema: envelope(listOf(page), dict ? 'dict' : nameOf(page), PAGED) };
  if (!data) return {};
  if (isList(data)) return { schema: envelope(listOf(data[0]), `list_${nameOf(data[0])}_`, PLAIN) };
  return { schema: envelope({ $ref: getSchemaPath(data) }, dict ? 'dict' : nameOf(data), isPaged ? PAGED : PLAIN) };
}

function contentOf(file: Readonly<Record<string, string>>): Record<string, object> {
  const types = Object.entries(file).map(([type, example]) => [type, { schema: { type: 'string', example } }]);
  return Object.fromEntries(types) as Record<string, object>;
}

const META = { meta: { $ref: getSchemaPath(Meta) } };
const PLAIN = { name: 'ApiResponse', more: META, required: ['data', 'meta'] };
const PAGED = {
  name: 'PaginatedResponse',
  more: { pagination: { $ref: getSchemaPath(PaginationMeta) }, ...META },
  required: ['data', 'pagination', 'meta'],
};

/** The name under which the completed document keeps an envelope as a component, in contract 1's own way of naming. */
export const ENVELOPE = 'x-doorlist-envelope';

const PREVIEW = envelope({ $ref: getSchemaPath(AccessChangeResponse) }, 'AccessChange', PLAIN);
const BARE_PERMISSIONS = { $ref: getSchemaPath(PermissionChangeResponse) };
const PERMISSIONS = envelope(BARE_PERMISSIONS, 'PermissionChange', PLAIN);
const NOTHING = { type: 'null', description: 'No body, without `dry_run`.' };

function envelope(data: object, model: string, { name, more, required }: typeof PLAIN): object {
  return { type: 'object', required, properties: { data, ...more }, [ENVELOPE]: `${name}_${model}_` };
}

function isList(model: Model | readonly [Model]): model is readonly [Model] {
  return Array.isArray(model);
}

function nameOf(model: Model): string {
  return getSchemaPath(model).split('/').at(-1) ?? model.name;
}

function listOf(model: Model): object {
  return { type: 'array', items: { $ref: getSchemaPath(model) } };
}
