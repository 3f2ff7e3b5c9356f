import { statement, type Statement } from '../../persistence/statement.js';
import type { Assignee } from './assignee.js';

const COLUMNS = `id, application_id, user_id, group_id, assigned_at, assigned_by`;
const AS_JSON = `jsonb_build_object('id', id, 'application_id', application_id, 'user_id', user_id, 'group_id', group_id,
                                    'assigned_at', assigned_at, 'assigned_by', assigned_by)`;

/** Writes the trail of `changed` in the same statement. $3 to $6: the actor's type and id, its client, the request. */
function audited(change: 'created' | 'deleted', changed: string, eventId: string): string {
  const [before, after] = change === 'created' ? ['NULL', AS_JSON] : [AS_JSON, 'NULL'];
  return `INSERT INTO audit_events (tenant_id, id, actor_type, actor_id, client_id, request_id,
                                    action, resource_type, resource_id, before, after)
          SELECT $1, ${eventId}, $3, $4, $5, $6, 'assignment.${change}', 'assignment', id, ${before}, ${after}
            FROM ${changed}`;
}

/**
 * Gives applications to one assignee, all or none, and answers a row for each that was asked for, in that order.
 * Values: tenant, assignee, actor type, actor id, client, request, application ids, assignment ids, event ids.
 * Unknown applications come back as rows without an id, and then nothing was written. New rows are made in the order
 * of the applications' ids, so that two calls cannot deadlock.
 */
function assignStatement(kind: Assignee['kind']): Statement {
  const column = `${kind}_id`;
  return statement(
    `assignments.assign_${kind}`,
    `WITH asked AS (
       SELECT * FROM unnest($7::uuid[], $8::uuid[], $9::uuid[]) WITH ORDINALITY AS a(application_id, id, event_id, place)
     ), known AS (
       SELECT asked.* FROM asked JOIN applications p ON p.tenant_id = $1 AND p.id = asked.application_id
     ), made AS (
       INSERT INTO assignments (tenant_id, id, application_id, ${column}, assigned_by)
       SELECT $1, id, application_id, $2, $4 FROM known
        WHERE (SELECT count(*) FROM known) = cardinality($7::uuid[])
        ORDER BY application_id
       ON CONFLICT (tenant_id, application_id, ${column}) WHERE ${column} IS NOT NULL DO NOTHING
       RETURNING ${COLUMNS}
     ), trail AS (
       ${audited('created', 'made JOIN known USING (id, application_id)', 'event_id')}
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

/** Takes one application from an assignee; no row where it is not given. Values as for assign, then $7 application, $8 event. */
function unassignStatement(kind: Assignee['kind']): Statement {
  return statement(
    `assignments.unassign_${kind}`,
    `WITH taken AS (
       DELETE FROM assignments WHERE tenant_id = $1 AND ${kind}_id = $2 AND application_id = $7
       RETURNING ${COLUMNS}
     ), trail AS (
       ${audited('deleted', 'taken', '$8::uuid')}
     )
     SELECT id FROM taken`,
  );
}

/** By the kind of assignee. */
export const ASSIGN = { user: assignStatement('user'), group: assignStatement('group') } as const;
export const UNASSIGN = { user: unassignStatement('user'), group: unassignStatement('group') } as const;
