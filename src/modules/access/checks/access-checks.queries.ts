import { plannedOnce, statement } from '../../../persistence/statement.js';
import { stateOf } from '../../users/index.js';
import { inOrder, lapsedBy, type Reason } from '../explanation/access-reasons.js';

/** What a path stands at: it gives access, or its first reason why not, the most telling first. */
export const STANDINGS = [null, ...inOrder([...lapsedBy('scheduled', 'scheduled'), ...lapsedBy('expired', 'expired')])];

function standing(reason: Reason): number {
  return STANDINGS.indexOf(reason);
}

/** Where the bounds of `row`, an assignment or a membership, leave the paths through it; `held`: where they do not matter. */
function standingOf(row: string, what: 'assignment' | 'membership', held: string): string {
  const [scheduled, expired] = [standing(`${what}_not_yet_valid`), standing(`${what}_expired`)];
  return `CASE ${stateOf(row)} WHEN 'scheduled' THEN ${scheduled} WHEN 'expired' THEN ${expired} ELSE ${held} END`;
}

/**
 * For each of the pairs, in their order, the status of tenant, user and application (null: there is none) and what the
 * best of the paths between them stands at (null: there is none). Each pair is looked up for itself and from the user
 * upwards, so that it costs what the user is in, however many members a group and assignments an application has: by users_pkey, applications_pkey, group_members_user, group_closure_up,
 * assignments_application_user_key and assignments_application_group_key.
 * Values: tenant, user ids, application ids.
 */
export const CHECK_ACCESS = plannedOnce(
  statement(
    'access.check',
    `SELECT (SELECT t.status FROM tenants t WHERE t.id = $1) AS tenant_status,
          (SELECT u.status FROM users u WHERE u.tenant_id = $1 AND u.id = asked.user_id) AS user_status,
          (SELECT p.status FROM applications p WHERE p.tenant_id = $1 AND p.id = asked.application_id) AS application_status,
          best.standing
     FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY asked(user_id, application_id, place)
    CROSS JOIN LATERAL (
      WITH reached AS MATERIALIZED (
        SELECT up.ancestor_id AS group_id, min(${standingOf('m', 'membership', '0')}) AS standing
          FROM memberships m JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = m.group_id
         WHERE m.tenant_id = $1 AND m.user_id = asked.user_id
         GROUP BY up.ancestor_id
      )
      SELECT min(path.standing) AS standing
        FROM (SELECT ${standingOf('a', 'assignment', '0')} AS standing
                FROM assignments a
               WHERE a.tenant_id = $1 AND a.application_id = asked.application_id AND a.user_id = asked.user_id
               UNION ALL
              SELECT ${standingOf('a', 'assignment', 'reached.standing')}
                FROM assignments a JOIN reached ON reached.group_id = a.group_id
               WHERE a.tenant_id = $1 AND a.application_id = asked.application_id
                 AND a.group_id = ANY (ARRAY(SELECT reached.group_id FROM reached))) path
    ) best
    ORDER BY asked.place`,
  ),
);
