import { statement, type Statement } from '../../../persistence/statement.js';
import { enterSets, hasExpired, holdsAlways, leaveSets } from '../../users/index.js';
import type { Assignee } from '../assignee.js';
import { columnsOf, giving, givingOnCitus, trailOfTaken } from '../giving.js';

/**
 * Holds the application until the end of the transaction: it cannot go, and bulk calls for it take turns, so that no two
 * can deadlock. Single assignments of it go on (their foreign keys lock less). Values: tenant, application.
 */
export const HOLD_APPLICATION = statement(
  'assignments.hold_application',
  `SELECT id FROM applications WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE`,
);

/** The number of a user who is in the set of the application, or was. */
const inSet = (row: string): string => `CASE WHEN ${holdsAlways(row)} THEN ${row}.user_ordinal END AS set_ordinal`;

/**
 * Takes the application from many assignees and answers those who had it. Values: tenant, application, actor, assignees.
 * By assignments_application_user_key or assignments_application_group_key, in the order of the assignees.
 */
function removeStatement(kind: Assignee['kind']): Statement {
  const column = `${kind}_id`;
  const text = (held: string): string => `WITH held AS MATERIALIZED (
       ${held}
     ), taken AS (
       DELETE FROM assignments a USING held
        WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.${column} = held.${column}
       RETURNING ${columnsOf('a')}
     ), trail AS (
       ${trailOfTaken('taken')}
     )
     SELECT ${column} AS assignee_id, id, ${inSet('taken')} FROM taken`;
  return statement(
    `assignments.remove_many_${kind}s`,
    text(`SELECT a.${column} FROM unnest($4::uuid[]) AS asked(assignee_id)
         JOIN assignments a ON a.tenant_id = $1 AND a.application_id = $2 AND a.${column} = asked.assignee_id
        ORDER BY a.${column} FOR UPDATE OF a`),
    text(`SELECT a.${column} FROM assignments a
        WHERE a.tenant_id = $1 AND a.application_id = $2 AND a.${column} = ANY ($4::uuid[])
        ORDER BY a.${column} FOR UPDATE`),
  );
}

/**
 * Gives the application to many assignees, and answers a row for each: whether the tenant has it (it is held, so that it
 * cannot go meanwhile), whether the assignment is new, and its id. An assignment without an id was made by another call at
 * the same moment. Values: tenant, application, actor, who assigns, assignees, assignment ids, event ids, valid from, valid until.
 */
function addStatement(kind: Assignee['kind']): Statement {
  const column = `${kind}_id`;
  const ordinal = kind === 'user' ? 'k.ordinal' : 'NULL::int AS ordinal';
  const text = (known: string, given: string, there: string): string => `WITH asked AS (
       SELECT $2::uuid AS application_id, a.*
         FROM unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::timestamptz[], $9::timestamptz[])
              AS a(assignee_id, id, event_id, valid_from, valid_until)
     ), ${known}
     ), ${given}
     SELECT asked.assignee_id, (known.id IS NOT NULL) AS is_known, (made.id IS NOT NULL) AS is_new,
            coalesce(made.id, held.id) AS id, ${inSet('made')}
       FROM asked
       LEFT JOIN known ON known.assignee_id = asked.assignee_id
       LEFT JOIN made ON made.${column} = asked.assignee_id
       LEFT JOIN ${there}`;
  return statement(
    `assignments.add_many_${kind}s`,
    text(
      `known AS MATERIALIZED (
       SELECT asked.*, ${ordinal}
         FROM asked JOIN ${kind}s k ON k.tenant_id = $1 AND k.id = asked.assignee_id
        ORDER BY k.id FOR KEY SHARE OF k`,
      giving(kind, 'known'),
      `assignments held
         ON held.tenant_id = $1 AND held.application_id = $2 AND held.${column} = asked.assignee_id
            AND NOT ${hasExpired('held')}`,
    ),
    text(
      `there AS MATERIALIZED (
       SELECT k.id, ${ordinal} FROM ${kind}s k WHERE k.tenant_id = $1 AND k.id = ANY ($5::uuid[]) ORDER BY k.id FOR KEY SHARE
     ), known AS MATERIALIZED (
       SELECT asked.*, there.ordinal FROM asked JOIN there ON there.id = asked.assignee_id`,
      givingOnCitus(kind, 'known'),
      `seen held ON held.${column} = asked.assignee_id`,
    ),
  );
}

/** By the kind of assignee. */
export const REMOVE_MANY = { user: removeStatement('user'), group: removeStatement('group') } as const;
export const ADD_MANY = { user: addStatement('user'), group: addStatement('group') } as const;

const CHANGED = { from: 'unnest($3::int[]) AS changed(ordinal)', owner: '$2::uuid', ordinal: 'ordinal' };

/** Values: tenant, application, ordinals. */
export const ENTER_APPLICATION = statement('assignments.enter_application', enterSets(CHANGED));

/** Values: tenant, application, ordinals. */
export const LEAVE_APPLICATION = statement('assignments.leave_application', leaveSets(CHANGED));
