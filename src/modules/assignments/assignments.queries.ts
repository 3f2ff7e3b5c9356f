import { batchStatement } from '../../persistence/in-batches.js';
import { plannedOnce, statement, type Statement } from '../../persistence/statement.js';
import { DROP_SET, enterSets, hasExpired, holdsAlways, leaveSets } from '../users/index.js';
import type { Assignee } from './assignee.js';
import { columnsOf, giving, givingOnCitus, inSets, trailOfChanged, trailOfTaken } from './giving.js';

/** -1 for nobody: the foreign key knows no such user, and refuses. */
const ORDINAL_OF_ASSIGNEE = `coalesce((SELECT u.ordinal FROM users u WHERE u.tenant_id = $1 AND u.id = $2), -1)`;

/**
 * Gives applications to one assignee, all or none, and answers a row for each that was asked for, in that order.
 * Values: tenant, assignee, actor, who assigns, application ids, assignment ids, event ids, valid from, valid until.
 * Unknown applications come back as rows without an id, and then nothing was written.
 */
function assignStatement(kind: Assignee['kind']): Statement {
  const columns = ['id', 'assigned_at', 'assigned_by', 'valid_from', 'valid_until'];
  const text = (given: string, there: string): string => `WITH asked AS (
       SELECT a.*, $2::uuid AS assignee_id, ${kind === 'user' ? ORDINAL_OF_ASSIGNEE : 'NULL::int'} AS ordinal,
              $8::timestamptz AS valid_from, $9::timestamptz AS valid_until
         FROM unnest($5::uuid[], $6::uuid[], $7::uuid[]) WITH ORDINALITY AS a(application_id, id, event_id, place)
     ), known AS (
       SELECT asked.* FROM asked JOIN applications p ON p.tenant_id = $1 AND p.id = asked.application_id
     ), given AS (
       SELECT * FROM known WHERE (SELECT count(*) FROM known) = cardinality($5::uuid[])
     ), ${given}${kind === 'user' ? `, sets AS (${enterSets(inSets('made'))})` : ''}
     SELECT asked.application_id, (known.id IS NOT NULL) AS is_known, (made.id IS NOT NULL) AS is_new,
            ${columns.map((name) => `CASE WHEN made.id IS NULL THEN held.${name} ELSE made.${name} END AS ${name}`).join(', ')}
       FROM asked
       LEFT JOIN known ON known.application_id = asked.application_id
       LEFT JOIN made ON made.application_id = asked.application_id
       LEFT JOIN ${there}
      ORDER BY asked.place`;
  return statement(
    `assignments.assign_${kind}`,
    text(
      giving(kind, 'given'),
      `assignments held
         ON held.tenant_id = $1 AND held.application_id = asked.application_id AND held.${kind}_id = $2
            AND NOT ${hasExpired('held')}`,
    ),
    text(givingOnCitus(kind, 'given'), 'seen held ON held.application_id = asked.application_id'),
  );
}

/** Takes one application from an assignee; no row where it is not given. Values: tenant, assignee, actor, application, event. */
function unassignStatement(kind: Assignee['kind']): Statement {
  return plannedOnce(
    statement(
      `assignments.unassign_${kind}`,
      `WITH taken AS (
       DELETE FROM assignments WHERE tenant_id = $1 AND ${kind}_id = $2 AND application_id = $4
       RETURNING ${columnsOf()}
     )${kind === 'user' ? `, sets AS (${leaveSets(inSets('taken'))})` : ''}, trail AS (
       ${trailOfTaken('taken', 'taken', '$5::uuid')}
     )
     SELECT id FROM taken`,
    ),
  );
}

/**
 * Changes the bounds of one assignment and answers it; no row where it is not given. Where the bounds are as they were,
 * nothing is written. Values: tenant, assignee, actor, application, event, whether and what to set as valid from,
 * whether and what as valid until.
 */
function changeStatement(kind: Assignee['kind']): Statement {
  const left = `changed WHERE ${holdsAlways('changed').replaceAll('valid_', 'was_')}`;
  const sets = `, entered AS (${enterSets(inSets('changed'))}), left_sets AS (
       ${leaveSets({ ...inSets('changed'), from: `${left} AND changed.user_id IS NOT NULL` })}
     )`;
  return plannedOnce(
    statement(
      `assignments.change_${kind}`,
      `WITH held AS MATERIALIZED (
       SELECT ${columnsOf()} FROM assignments
        WHERE tenant_id = $1 AND ${kind}_id = $2 AND application_id = $4 FOR UPDATE
     ), asked AS (
       SELECT CASE WHEN $6::bool THEN $7::timestamptz ELSE held.valid_from END AS valid_from,
              CASE WHEN $8::bool THEN $9::timestamptz ELSE held.valid_until END AS valid_until FROM held
     ), changed AS (
       UPDATE assignments a SET valid_from = asked.valid_from, valid_until = asked.valid_until
         FROM held, asked
        WHERE a.tenant_id = $1 AND a.${kind}_id = $2 AND a.application_id = $4
          AND (asked.valid_from, asked.valid_until) IS DISTINCT FROM (held.valid_from, held.valid_until)
       RETURNING ${columnsOf('a')}, held.valid_from AS was_from, held.valid_until AS was_until
     )${kind === 'user' ? sets : ''}, trail AS (
       ${trailOfChanged('held', 'changed', 'held JOIN changed USING (id)', '$5::uuid')}
     )
     SELECT held.id, held.application_id, held.assigned_at, held.assigned_by, asked.valid_from, asked.valid_until
       FROM held, asked`,
    ),
  );
}

/** By the kind of assignee. */
export const ASSIGN = { user: assignStatement('user'), group: assignStatement('group') } as const;
export const UNASSIGN = { user: unassignStatement('user'), group: unassignStatement('group') } as const;
export const CHANGE = { user: changeStatement('user'), group: changeStatement('group') } as const;

/** Takes away the assignments of a user, group or application that is about to go, a batch at a time. Values: tenant, its id, actor. */
function unassignAllStatement(kind: Assignee['kind'] | 'application'): Statement {
  return batchStatement(
    `assignments.unassign_all_of_${kind}`,
    (nextBatch) => `WITH taken AS (
       DELETE FROM assignments WHERE ${nextBatch('assignments', `tenant_id = $1 AND ${kind}_id = $2`)} RETURNING ${columnsOf()}
     ), sets AS (
       ${kind === 'application' ? DROP_SET.text : leaveSets(inSets('taken'))}
     ), trail AS (
       ${trailOfTaken('taken')}
     )
     SELECT count(*)::int AS removed FROM taken`,
  );
}

export const UNASSIGN_ALL = {
  user: unassignAllStatement('user'),
  group: unassignAllStatement('group'),
  application: unassignAllStatement('application'),
} as const;
