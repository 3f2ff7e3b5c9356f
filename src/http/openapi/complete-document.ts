import { namedEnvelope } from './envelopes.js';
import { exampleOf } from './examples.js';
import type { Document, Operation, Parameter, Response, Schema } from './openapi-types.js';
import { addRefusals } from './refusals.js';
import { SAMPLE } from '../fields/field.js';
import { ONLY_READS, OPEN, VERSIONED } from './route.decorator.js';

const REQUEST_ID_HEADER = {
  'X-Request-Id': { schema: { type: 'string' }, description: 'Names this request in every log.' },
};
const ETAG_HEADER = {
  ETag: { schema: { type: 'string' }, description: 'The version of the resource, for If-Match.', example: '"1"' },
};
const LOCATION_HEADER = {
  Location: {
    schema: { type: 'string', format: 'uri' },
    description: 'Where the new resource is; not after bulk calls.',
  },
};

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Any text of 1 to 255 characters. The same key with the same request within 24 hours answers the first answer again; with another request: 422.',
  schema: { type: 'string' },
  example: 'order-4711',
};
const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag that the change is meant for; 412 where the resource has moved on.',
  schema: { type: 'string' },
  example: '"1"',
};

/** Shown, and not filled in where operations are tried: an old token is answered with old rows. */
const TOKEN_SCHEMA: Schema = { type: 'string', examples: ['AQAAAAABUGgo'] };
const CONSISTENCY: Parameter = {
  name: 'Doorlist-Consistency',
  in: 'header',
  required: false,
  description:
    'The token that a change was answered with: a read replica that has come so far may answer then. Without it the primary does.',
  schema: TOKEN_SCHEMA,
};
const CONSISTENCY_HEADER = {
  'Doorlist-Consistency': {
    schema: TOKEN_SCHEMA,
    description: 'Where there are read replicas: for reads that are to see this change.',
  },
};

/** The same ids as in the examples of the resources. */
const PATH_EXAMPLES: Readonly<Record<string, string>> = {
  tenant_id: '019ab5f2-6c1e-7000-8000-000000000001',
  user_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
  application_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44',
  group_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
  child_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d66',
  workspace_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db1',
  project_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db2',
  role_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb',
  app_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44',
  entitlement_code: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbb',
  assignment_code: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dcc',
  user_code: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
  group_code: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55',
  import_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5daa',
  api_client_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d99',
};

/**
 * Completes what the decorators say into what a reader needs: OpenAPI 3.1 types, all refusals, the common headers, and
 * an example for every parameter, body and answer.
 */
export function completeDocument(document: Document, tenantId: string | null): Document {
  for (const schema of Object.values(document.components.schemas)) modernize(schema);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) completeOperation(document, path, method, operation);
  }
  if (tenantId !== null) fillIn(document, tenantId);
  return document;
}

function completeOperation(document: Document, path: string, method: string, operation: Operation): void {
  operation.security = securityOf(operation);
  const others = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'path');
  operation.parameters = [...pathParameters(path), ...others, ...headerParameters(method, operation)];
  for (const parameter of operation.parameters) completeParameter(parameter);
  addRefusals(path, method, operation);
  if (method === 'get' && operation[VERSIONED])
    operation.responses['304'] = { description: 'Unchanged: If-None-Match.' };
  for (const [status, response] of Object.entries(operation.responses)) {
    addHeaders(response, status, operation, !isRead(method, operation) && operation.security.length !== 0);
    addExamples(document, response.content);
  }
  addExamples(document, operation.requestBody?.content);
  Reflect.deleteProperty(operation, VERSIONED);
  Reflect.deleteProperty(operation, OPEN);
  Reflect.deleteProperty(operation, ONLY_READS);
}

function isRead(method: string, operation: Operation): boolean {
  return method === 'get' || operation[ONLY_READS] === true;
}

/** Nobody's, or a token with the scopes that the route requires. */
function securityOf(operation: Operation): Record<string, string[]>[] {
  if (operation[OPEN] || operation.security?.length === 0) return [];
  const scopes = operation['x-required-scopes'] as string[] | undefined;
  const alternatives = operation['x-alternative-scopes'] as string[] | undefined;
  const ways = alternatives?.map((scope) => [scope]) ?? [scopes ?? []];
  return [{ bearer: [] }, ...ways.map((client) => ({ client }))];
}

function headerParameters(method: string, operation: Operation): Parameter[] {
  if (operation.security?.length === 0) return [];
  const changesVersioned = operation[VERSIONED] === true && !(method === 'get' || '201' in operation.responses);
  return [
    ...(isRead(method, operation) ? [CONSISTENCY] : []),
    ...(method === 'post' && !isRead(method, operation) ? [IDEMPOTENCY_KEY] : []),
    ...(changesVersioned ? [IF_MATCH] : []),
  ];
}

/** Puts a tenant that is there into every operation, so that each can be tried as it stands. */
function fillIn(document: Document, tenantId: string): void {
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    for (const parameter of operation.parameters ?? []) {
      if (parameter.in === 'path' && parameter.name === 'tenant_id') parameter.example = tenantId;
    }
  }
}

/** All parameters of paths are ids. */
function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: `Id of the ${name.replace(/_id$/, '').replaceAll('_', ' ')}.`,
    schema: { type: 'string', format: 'uuid' },
    example: PATH_EXAMPLES[name] ?? '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33',
  }));
}

/** `examples` of the schema document a value without Swagger UI filling it in: most filters are best left out. */
function completeParameter(parameter: Parameter & { [SAMPLE]?: unknown }): void {
  parameter.schema ??= { type: 'string' };
  modernize(parameter.schema);
  if (parameter[SAMPLE] !== undefined) parameter.schema.examples = [parameter[SAMPLE]];
  Reflect.deleteProperty(parameter, SAMPLE);
}

function addHeaders(response: Response, status: string, operation: Operation, changes: boolean): void {
  const success = status < '300' && operation[VERSIONED] === true && status !== '204';
  response.headers = {
    ...REQUEST_ID_HEADER,
    ...(success ? ETAG_HEADER : {}),
    ...(status === '201' ? LOCATION_HEADER : {}),
    ...(changes && status < '300' ? CONSISTENCY_HEADER : {}),
    ...response.headers,
  };
}

function addExamples(
  document: Document,
  content: Record<string, { schema?: Schema; example?: unknown }> | undefined,
): void {
  for (const media of Object.values(content ?? {})) {
    if (!media.schema) continue;
    modernize(media.schema);
    media.schema = media.schema.anyOf
      ? { ...media.schema, anyOf: media.schema.anyOf.map((each) => namedEnvelope(document, each)) }
      : namedEnvelope(document, media.schema);
    media.example ??= exampleOf(media.schema, document);
  }
}

/** OpenAPI 3.1 is JSON Schema 2020-12: null is a type, and there is no `nullable`. */
function modernize(schema: Schema): void {
  if (schema.nullable === true) {
    if (typeof schema.type === 'string') schema.type = [schema.type, 'null'];
    if (schema.enum) schema.enum = [...schema.enum, null];
  }
  delete schema.nullable;
  for (const inner of Object.values(schema.properties ?? {})) modernize(inner);
  for (const inner of [schema.items, ...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    if (inner) modernize(inner);
  }
}
