import { ApiSchema } from '@nestjs/swagger';
import { Flag } from '../../../../http/fields/flag.js';
import { field, type FieldOptions } from '../../../../http/fields/field.js';
import { Id, Line } from '../../../../http/fields/fields.js';
import { FlagParameter } from '../../../../http/fields/query-fields.js';
import { MOST_RESOURCES } from '../resources.js';

/** Most names that are read, repeats included. */
const MOST_NAMES = 10_000;

const USER = { description: 'Who.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' };
const ACTION = {
  description:
    'The permission that it takes, such as one of your own; write permissions of ours include their read ones.',
  example: 'documents:read',
};
const RESOURCES = {
  description: `What for: 1 to ${MOST_RESOURCES} of \`application:<id>\`, \`workspace:<id>\` and \`project:<id>\`; repeats count once.`,
  example: ['application:019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44'],
};
const EXPLAIN = { description: 'Also say by which roles and groups, or why not.', example: false };

/** Names of resources, each of which is read later, so that a refusal can say which one is wrong. */
function ResourceNames(options: FieldOptions, reads: (value: unknown) => unknown): PropertyDecorator {
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_NAMES &&
    value.every((name) => typeof name === 'string');
  const expected = `a list of 1 to ${MOST_RESOURCES} texts such as application:<id>`;
  const schema = {
    type: 'array',
    items: { type: 'string', maxLength: 60 },
    minItems: 1,
    maxItems: MOST_NAMES,
  } as const;
  return field(options, { type: 'resources', expected, accepts, reads }, schema);
}

/** The names in a query: separated by commas, repeated, or both. */
export function namesInQuery(value: unknown): unknown {
  if (value === undefined) return undefined;
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return texts.flatMap((text) => (typeof text === 'string' ? text.split(',') : [text]));
}

export class PermissionCheckQuery {
  @Id(USER)
  user_id!: string;

  @Line(ACTION)
  action!: string;

  @ResourceNames(
    { ...RESOURCES, description: `${RESOURCES.description} Separated by commas, or the parameter repeated.` },
    namesInQuery,
  )
  resources!: string[];

  @FlagParameter({ ...EXPLAIN, fallback: false })
  explain?: boolean;
}

@ApiSchema({ name: 'PermissionQuestion' })
export class PermissionCheckBody {
  @Id(USER)
  user_id!: string;

  @Line(ACTION)
  action!: string;

  @ResourceNames(RESOURCES, (value) => value)
  resources!: string[];

  @Flag({ ...EXPLAIN, optional: true })
  explain?: boolean;
}
