import { plannedOnce, statement } from '../../../persistence/statement.js';
import { stateOf } from '../../users/index.js';

const GIVEN = `a.id, a.group_id, a.assigned_at, a.assigned_by, a.valid_from, a.valid_until, ${stateOf('a')} AS state`;

/** The groups above a reached one; OFFSET 0 keeps the planner from reading all that is inside of an assigned group instead. */
const ABOVE_REACHED = `(
  SELECT c.ancestor_id FROM group_closure c WHERE c.tenant_id = $1 AND c.descendant_id = reached.group_id OFFSET 0)`;

/**
 * The facts (see AccessFacts) that tie a user to an application, as a subquery with the one column `facts`; `user` and
 * `application` are SQL. From the user upwards, so that neither the members of a group nor the users of an application
 * are read: by group_members_user, group_closure_up, assignments_application_user_key,
 * assignments_application_group_key, group_nestings_child and groups_pkey. $1: tenant.
 */
export function factsOf(user: string, application: string): string {
  return `(
    WITH held AS MATERIALIZED (
      SELECT m.group_id, m.added_at, m.valid_from, m.valid_until, m.by_rule, ${stateOf('m')} AS state
        FROM memberships m WHERE m.tenant_id = $1 AND m.user_id = ${user}
    ), reached AS MATERIALIZED (
      SELECT DISTINCT up.ancestor_id AS group_id
        FROM held JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = held.group_id
    ), given AS MATERIALIZED (
      SELECT ${GIVEN} FROM assignments a
       WHERE a.tenant_id = $1 AND a.application_id = ${application} AND a.user_id = ${user}
       UNION ALL
      SELECT ${GIVEN} FROM assignments a
       WHERE a.tenant_id = $1 AND a.application_id = ${application}
         AND a.group_id = ANY (ARRAY(SELECT reached.group_id FROM reached))
    ), involved AS MATERIALIZED (
      SELECT reached.group_id FROM reached
       WHERE EXISTS (SELECT FROM ${ABOVE_REACHED} up WHERE up.ancestor_id IN (SELECT given.group_id FROM given))
    )
    SELECT json_build_object(
      'assignments', (SELECT coalesce(json_agg(given), '[]') FROM given),
      'memberships', (SELECT coalesce(json_agg(held), '[]') FROM held JOIN involved USING (group_id)),
      'nestings', (SELECT coalesce(json_agg(json_build_object('parent_id', n.parent_id, 'child_id', n.child_id, 'added_at', n.added_at)), '[]')
                     FROM involved inner_group
                     JOIN group_nestings n ON n.tenant_id = $1 AND n.child_id = inner_group.group_id
                     JOIN involved outer_group ON outer_group.group_id = n.parent_id),
      'group_names', (SELECT coalesce(json_object_agg(g.id, g.name), '{}')
                        FROM involved JOIN groups g ON g.tenant_id = $1 AND g.id = involved.group_id)
    ) AS facts)`;
}

/** One row always, with nulls for what the tenant does not have. Values: tenant, user, application. */
export const EXPLAIN_ACCESS = plannedOnce(
  statement(
    'access.explain',
    `SELECT t.status AS tenant_status, u.status AS user_status, coalesce(u.display_name, u.user_name) AS user_name,
          p.status AS application_status, p.name AS application_name, found.facts
     FROM (VALUES (true)) asked
     LEFT JOIN tenants t ON t.id = $1
     LEFT JOIN users u ON u.tenant_id = $1 AND u.id = $2
     LEFT JOIN applications p ON p.tenant_id = $1 AND p.id = $3
     LEFT JOIN LATERAL ${factsOf('u.id', 'p.id')} found ON u.id IS NOT NULL AND p.id IS NOT NULL`,
  ),
);

/** A row for each of the users. Values: tenant, application, user ids. */
export const FACTS_OF_USERS = statement(
  'access.facts_of_users',
  `SELECT asked.user_id, found.facts
     FROM unnest($3::uuid[]) asked(user_id) CROSS JOIN LATERAL ${factsOf('asked.user_id', '$2')} found`,
);
