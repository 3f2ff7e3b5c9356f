import { comparisonKey } from '../../../kernel/comparison-key.js';
import { ApplicationCreate } from '../../applications/index.js';
import { GroupCreate } from '../../groups/index.js';
import { UserCreate } from '../../users/index.js';
import { id, reference, type Column } from './columns.js';

/** One way in which a line may name a row: its column, and the column of the table that it is looked up in. */
interface Way {
  readonly column: Column;
  readonly lookedUp: string;
  readonly type: string;
  /** What is looked up, where it is not the text itself. */
  readonly key?: (text: string) => string;
}

/** A row that lines of some kind refer to, such as the group of a membership. */
export interface Reference {
  /** What the columns begin with, and what the row's id is called in `import_rows`. */
  readonly role: string;
  readonly table: string;
  /** Its name in error codes. */
  readonly resource: string;
  readonly ways: readonly Way[];
}

const TEXT = 'text COLLATE "C"';

/** A user, by its id, its name or its external id. */
export const USER = referenceTo('user', 'users', 'user', (role) => [
  { column: id(`${role}_id`), lookedUp: 'id', type: 'uuid' },
  {
    column: reference(`${role}_name`, UserCreate, 'user_name'),
    lookedUp: 'user_name_key',
    type: TEXT,
    key: comparisonKey,
  },
  { column: reference(`${role}_external_id`, UserCreate, 'external_id'), lookedUp: 'external_id', type: TEXT },
]);

/** A group as `role`, by its id, its name or its external id. */
export function groupAs(role: string): Reference {
  return referenceTo(role, 'groups', 'group', () => [
    { column: id(`${role}_id`), lookedUp: 'id', type: 'uuid' },
    { column: reference(`${role}_name`, GroupCreate, 'name'), lookedUp: 'name_key', type: TEXT, key: comparisonKey },
    { column: reference(`${role}_external_id`, GroupCreate, 'external_id'), lookedUp: 'external_id', type: TEXT },
  ]);
}

/** An application, by its id or its client id. */
export const APPLICATION = referenceTo('application', 'applications', 'application', (role) => [
  { column: id(`${role}_id`), lookedUp: 'id', type: 'uuid' },
  { column: reference(`${role}_client_id`, ApplicationCreate, 'client_id'), lookedUp: 'client_id', type: TEXT },
]);

function referenceTo(role: string, table: string, resource: string, ways: (role: string) => readonly Way[]): Reference {
  return { role, table, resource, ways: ways(role) };
}

/** Looks up what the lines `s` refer to, as joins; a way that no line of the file uses costs nothing. $1: tenant. */
export function joinsOf(references: readonly Reference[], used: ReadonlySet<string>): string {
  return references
    .flatMap(({ table, ways }) =>
      ways
        .filter(({ column }) => used.has(column.name))
        .map(({ column: { name }, lookedUp }) => {
          return `LEFT JOIN ${table} by_${name} ON by_${name}.tenant_id = $1 AND by_${name}.${lookedUp} = s.${name}`;
        }),
    )
    .join('\n     ');
}

/** What was found, as SQL: `column` of the row that a reference found, by whichever way. `type` where none is used. */
export function foundBy({ ways }: Reference, used: ReadonlySet<string>, column: string, type: string): string {
  const found = ways.map((way) => way.column.name).filter((name) => used.has(name));
  return found.length === 0 ? `NULL::${type}` : `coalesce(${found.map((name) => `by_${name}.${column}`).join(', ')})`;
}

/**
 * The same for a cluster, where so many outer joins crashed the coordinator (docs/decisions/0029-citus.md): each way is a
 * question of its own. $1: tenant.
 */
export function askedFor({ table, ways }: Reference, used: ReadonlySet<string>, column: string, type: string): string {
  const asked = ways
    .filter((way) => used.has(way.column.name))
    .map(
      (way) =>
        `(SELECT t.${column} FROM ${table} t WHERE t.tenant_id = $1 AND t.${way.lookedUp} = s.${way.column.name})`,
    );
  return asked.length === 0 ? `NULL::${type}` : `coalesce(${asked.join(', ')})`;
}

/** Lines that refer to what is not there, by `import_rows`. SELECT of bad rows. */
export function unknownOf({ role, resource, ways }: Reference): string {
  const names = ways.map(({ column }) => column.name);
  const column = names
    .slice(1)
    .map((name) => `WHEN s.${name} IS NOT NULL THEN '${name}'`)
    .join(' ');
  return `
    SELECT s.line, CASE ${column} ELSE '${names[0] ?? ''}' END AS column_name, '${resource}_not_found' AS code,
           coalesce(${names.map((name) => `s.${name}::text`).join(', ')}) AS value
      FROM import_lines s JOIN import_rows r ON r.line = s.line
     WHERE r.${role}_id IS NULL AND num_nonnulls(${names.map((name) => `s.${name}`).join(', ')}) > 0 AND $1::uuid IS NOT NULL`;
}
