import { statement } from '../../../persistence/statement.js';
import { timingOf } from '../explanation/access-facts.queries.js';
import { inOrder, lapsedBy, type Reason } from '../explanation/access-reasons.js';

/** What a path stands at: it gives access, or its first reason why not, the most telling first. */
export const STANDINGS = [null, ...inOrder([...lapsedBy('later', 'later'), ...lapsedBy('ended', 'ended')])];

function standing(reason: Reason): number {
  return STANDINGS.indexOf(reason);
}

const PATH_STANDING = `
  CASE WHEN path.assignment = 'later' THEN ${standing('assignment_not_yet_valid')}
       WHEN path.assignment = 'ended' THEN ${standing('assignment_expired')}
       WHEN path.membership = 'later' THEN ${standing('membership_not_yet_valid')}
       WHEN path.membership = 'ended' THEN ${standing('membership_expired')}
       ELSE 0 END`;

/**
 * For each of the pairs, in their order, the status of tenant, user and application (null: there is none) and what the
 * best of the paths between them stands at (null: there is none). Each is looked up for itself
 * and from the user upwards, whatever the planner expects, so that neither the members of a
 * group nor the users of an application are read: by users_pkey, applications_pkey, group_members_user,
 * group_closure_up, assignments_application_user_key and assignments_application_group_key.
 * Values: tenant, user ids, application ids.
 */
export const CHECK_ACCESS = statement(
  'access.check',
  `SELECT (SELECT t.status FROM tenants t WHERE t.id = $1) AS tenant_status,
          (SELECT u.status FROM users u WHERE u.tenant_id = $1 AND u.id = asked.user_id) AS user_status,
          (SELECT p.status FROM applications p WHERE p.tenant_id = $1 AND p.id = asked.application_id) AS application_status,
          best.standing
     FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY asked(user_id, application_id, place)
    CROSS JOIN LATERAL (
      SELECT min(${PATH_STANDING}) AS standing
        FROM (SELECT ${timingOf('a')} AS assignment, 'now' AS membership
                FROM assignments a
               WHERE a.tenant_id = $1 AND a.application_id = asked.application_id AND a.user_id = asked.user_id
               UNION ALL
              SELECT ${timingOf('a')}, ${timingOf('m')}
                FROM group_members m
                JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = m.group_id
                JOIN assignments a
                  ON a.tenant_id = $1 AND a.application_id = asked.application_id AND a.group_id = up.ancestor_id
               WHERE m.tenant_id = $1 AND m.user_id = asked.user_id) path
    ) best
    ORDER BY asked.place`,
);
