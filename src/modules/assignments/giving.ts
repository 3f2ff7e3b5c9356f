import { trailOf } from '../../persistence/audit-statement.js';
import { hasExpired, holdsAlways } from '../users/index.js';
import type { Assignee } from './assignee.js';

/** The columns of an assignment, of `row` where it is named. */
export function columnsOf(row?: string): string {
  const names = ['id', 'application_id', 'user_id', 'user_ordinal', 'group_id', 'assigned_at', 'assigned_by'];
  return [...names, 'valid_from', 'valid_until']
    .map((name) => (row === undefined ? name : `${row}.${name}`))
    .join(', ');
}

/** An assignment as the audit trail keeps it. */
function jsonOf(row: string): string {
  const names = [
    'id',
    'application_id',
    'user_id',
    'group_id',
    'assigned_at',
    'assigned_by',
    'valid_from',
    'valid_until',
  ];
  return `jsonb_build_object(${names.map((name) => `'${name}', ${row}.${name}`).join(', ')})`;
}

/** Events of the assignments in `row`. */
const event = (done: 'created' | 'updated' | 'deleted', row: string) =>
  ({ action: `assignment.${done}`, resourceType: 'assignment', resourceId: `${row}.id`, actor: '$3' }) as const;

/** Writes down that the assignments `row` of `from` were taken away ($3: actor). */
export function trailOfTaken(row: string, from = row, eventId?: string): string {
  return trailOf({
    ...event('deleted', row),
    before: jsonOf(row),
    from,
    ...(eventId === undefined ? {} : { eventId }),
  });
}

/** Writes down that assignments became `after` and were `before` ($3: actor). */
export function trailOfChanged(before: string, after: string, from: string, eventId: string): string {
  return trailOf({ ...event('updated', after), before: jsonOf(before), after: jsonOf(after), from, eventId });
}

/** Rows whose users are in the sets of their applications. Groups are in none: their own sets find what is given to them. */
export const inSets = (row: string, from = `${row} WHERE true`): { from: string; owner: string; ordinal: string } => ({
  from: `${from} AND ${row}.user_id IS NOT NULL AND ${holdsAlways(row)}`,
  owner: `${row}.application_id`,
  ordinal: `${row}.user_ordinal`,
});

/**
 * Parts of a statement that make the assignments of `rows` (application_id, assignee_id, ordinal, id, event_id, valid_from,
 * valid_until) that are not there, as `made`, and write them down; $1: tenant, $3: actor, $4: who assigns.
 *
 * An assignment that has expired is in nobody's way: the new one takes its row. Only rows that `lapsed` has locked are
 * taken over, because it alone can tell the trail how they were; one that came in between is found by asking again.
 * Rows are locked and made in the order of their keys, so that two calls cannot deadlock.
 */
export function giving(kind: Assignee['kind'], rows: string): string {
  const column = `${kind}_id`;
  const ordinal = kind === 'user' ? ['user_ordinal, ', 'ordinal, '] : ['', ''];
  const taken = ['id', 'assigned_by', 'valid_from', 'valid_until'].map((name) => `${name} = EXCLUDED.${name}`);
  return `lapsed AS MATERIALIZED (
       SELECT ${columnsOf('held')}
         FROM ${rows} JOIN assignments held
           ON held.tenant_id = $1 AND held.application_id = ${rows}.application_id AND held.${column} = ${rows}.assignee_id
        WHERE ${hasExpired('held')}
        ORDER BY held.application_id, held.${column} FOR UPDATE OF held
     ), made AS (
       INSERT INTO assignments AS held (tenant_id, id, application_id, ${column}, ${ordinal[0]}assigned_by, valid_from, valid_until)
       SELECT $1, id, application_id, assignee_id, ${ordinal[1]}$4, valid_from, valid_until FROM ${rows}
        WHERE (SELECT count(*) FROM lapsed) >= 0
        ORDER BY application_id, assignee_id
       ON CONFLICT (tenant_id, application_id, ${column}) WHERE ${column} IS NOT NULL
       DO UPDATE SET assigned_at = now(), ${taken.join(', ')} WHERE held.id IN (SELECT id FROM lapsed)
       RETURNING ${columnsOf()}
     ), ${trailsOfGiven(column, rows)}`;
}

/**
 * The same for a cluster, where no part may lock rows beside others (an UPDATE could not read what it locked), and ON CONFLICT
 * may not ask; for rows of one application or one assignee. What is there already is `seen`.
 */
export function givingOnCitus(kind: Assignee['kind'], rows: string): string {
  const column = `${kind}_id`;
  const ordinal = kind === 'user' ? ['user_ordinal, ', 'ordinal, '] : ['', ''];
  const there = `assignments held WHERE held.tenant_id = $1
          AND held.application_id = ANY (ARRAY(SELECT application_id FROM ${rows}))
          AND held.${column} = ANY (ARRAY(SELECT assignee_id FROM ${rows}))`;
  return `lapsed AS MATERIALIZED (
       SELECT ${columnsOf('held')}
         FROM ${there} AND ${hasExpired('held')}
        ORDER BY held.application_id, held.${column} FOR UPDATE
     ), seen AS (
       SELECT ${columnsOf('held')} FROM ${there} AND NOT ${hasExpired('held')}
     ), taken_over AS (
       UPDATE assignments held
          SET id = new.id, assigned_at = now(), assigned_by = $4, valid_from = new.valid_from, valid_until = new.valid_until
         FROM lapsed JOIN ${rows} new ON new.application_id = lapsed.application_id AND new.assignee_id = lapsed.${column}
        WHERE held.tenant_id = $1 AND held.id = lapsed.id
       RETURNING ${columnsOf('held')}
     ), added AS (
       INSERT INTO assignments (tenant_id, id, application_id, ${column}, ${ordinal[0]}assigned_by, valid_from, valid_until)
       SELECT $1, id, application_id, assignee_id, ${ordinal[1]}$4, valid_from, valid_until FROM ${rows}
        WHERE NOT EXISTS (SELECT FROM lapsed
                           WHERE lapsed.application_id = ${rows}.application_id AND lapsed.${column} = ${rows}.assignee_id)
        ORDER BY application_id, assignee_id
       ON CONFLICT (tenant_id, application_id, ${column}) WHERE ${column} IS NOT NULL DO NOTHING
       RETURNING ${columnsOf()}
     ), made AS (
       SELECT ${columnsOf()} FROM taken_over UNION ALL SELECT ${columnsOf()} FROM added
     ), ${trailsOfGiven(column, rows)}`;
}

/** The trail of what `giving` took over and made. */
function trailsOfGiven(column: string, rows: string): string {
  return `trail_of_lapsed AS (
       ${trailOfTaken('lapsed', `lapsed JOIN made USING (application_id, ${column})`)}
     ), trail AS (
       ${trailOf({
         ...event('created', 'made'),
         after: jsonOf('made'),
         from: `made JOIN ${rows} USING (id, application_id) WHERE (SELECT count(*) FROM trail_of_lapsed) >= 0`,
         eventId: 'event_id',
       })}
     )`;
}
