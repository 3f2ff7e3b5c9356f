import { trailOf } from '../../persistence/audit-statement.js';
import { statement, type Statement } from '../../persistence/statement.js';
import { DROP_SET, enterSets, holdsAlways, leaveSets } from '../users/index.js';
import type { Assignee } from './assignee.js';

const COLUMNS = `id, application_id, user_id, user_ordinal, group_id, assigned_at, assigned_by, valid_from, valid_until`;
const AS_JSON = `jsonb_build_object('id', id, 'application_id', application_id, 'user_id', user_id, 'group_id', group_id,
                                    'assigned_at', assigned_at, 'assigned_by', assigned_by)`;

const CREATED = {
  action: 'assignment.created',
  resourceType: 'assignment',
  resourceId: 'id',
  after: AS_JSON,
  actor: '$3',
};
const DELETED = {
  action: 'assignment.deleted',
  resourceType: 'assignment',
  resourceId: 'id',
  before: AS_JSON,
  actor: '$3',
};

/** -1 for nobody: the foreign key knows no such user, and refuses. */
const ORDINAL_OF_ASSIGNEE = `coalesce((SELECT u.ordinal FROM users u WHERE u.tenant_id = $1 AND u.id = $2), -1), `;

/** The sets of applications hold users only: what is given to a group is found by the group's set. */
const inSets = (rows: string): { from: string; owner: string; ordinal: string } => ({
  from: `${rows} WHERE ${rows}.user_id IS NOT NULL AND ${holdsAlways(rows)}`,
  owner: `${rows}.application_id`,
  ordinal: `${rows}.user_ordinal`,
});

/**
 * Gives applications to one assignee, all or none, and answers a row for each that was asked for, in that order.
 * Values: tenant, assignee, actor, who assigns, application ids, assignment ids, event ids.
 * Unknown applications come back as rows without an id, and then nothing was written. New rows are made in the order
 * of the applications' ids, so that two calls cannot deadlock.
 */
function assignStatement(kind: Assignee['kind']): Statement {
  const column = `${kind}_id`;
  const isUser = kind === 'user';
  return statement(
    `assignments.assign_${kind}`,
    `WITH asked AS (
       SELECT * FROM unnest($5::uuid[], $6::uuid[], $7::uuid[]) WITH ORDINALITY AS a(application_id, id, event_id, place)
     ), known AS (
       SELECT asked.* FROM asked JOIN applications p ON p.tenant_id = $1 AND p.id = asked.application_id
     ), made AS (
       INSERT INTO assignments (tenant_id, id, application_id, ${column}, ${isUser ? 'user_ordinal, ' : ''}assigned_by)
       SELECT $1, id, application_id, $2, ${isUser ? ORDINAL_OF_ASSIGNEE : ''}$4 FROM known
        WHERE (SELECT count(*) FROM known) = cardinality($5::uuid[])
        ORDER BY application_id
       ON CONFLICT (tenant_id, application_id, ${column}) WHERE ${column} IS NOT NULL DO NOTHING
       RETURNING ${COLUMNS}
     )${isUser ? `, sets AS (${enterSets(inSets('made'))})` : ''}, trail AS (
       ${trailOf({ ...CREATED, from: 'made JOIN known USING (id, application_id)', eventId: 'event_id' })}
     )
     SELECT asked.application_id, (known.id IS NOT NULL) AS is_known, (made.id IS NOT NULL) AS is_new,
            coalesce(made.id, held.id) AS id, coalesce(made.assigned_at, held.assigned_at) AS assigned_at,
            coalesce(made.assigned_by, held.assigned_by) AS assigned_by
       FROM asked
       LEFT JOIN known ON known.application_id = asked.application_id
       LEFT JOIN made ON made.application_id = asked.application_id
       LEFT JOIN assignments held
         ON held.tenant_id = $1 AND held.application_id = asked.application_id AND held.${column} = $2
      ORDER BY asked.place`,
  );
}

/** Takes one application from an assignee; no row where it is not given. Values: tenant, assignee, actor, application, event. */
function unassignStatement(kind: Assignee['kind']): Statement {
  return statement(
    `assignments.unassign_${kind}`,
    `WITH taken AS (
       DELETE FROM assignments WHERE tenant_id = $1 AND ${kind}_id = $2 AND application_id = $4
       RETURNING ${COLUMNS}
     )${kind === 'user' ? `, sets AS (${leaveSets(inSets('taken'))})` : ''}, trail AS (
       ${trailOf({ ...DELETED, from: 'taken', eventId: '$5::uuid' })}
     )
     SELECT id FROM taken`,
  );
}

/** By the kind of assignee. */
export const ASSIGN = { user: assignStatement('user'), group: assignStatement('group') } as const;
export const UNASSIGN = { user: unassignStatement('user'), group: unassignStatement('group') } as const;

/** Takes away all assignments of a user, group or application that is about to go. Values: tenant, its id, actor. */
function unassignAllStatement(kind: Assignee['kind'] | 'application'): Statement {
  return statement(
    `assignments.unassign_all_of_${kind}`,
    `WITH taken AS (
       DELETE FROM assignments WHERE tenant_id = $1 AND ${kind}_id = $2 RETURNING ${COLUMNS}
     ), sets AS (
       ${kind === 'application' ? DROP_SET.text : leaveSets(inSets('taken'))}
     ), trail AS (
       ${trailOf({ ...DELETED, from: 'taken' })}
     )
     SELECT count(*)::int AS taken FROM taken`,
  );
}

export const UNASSIGN_ALL = {
  user: unassignAllStatement('user'),
  group: unassignAllStatement('group'),
  application: unassignAllStatement('application'),
} as const;
