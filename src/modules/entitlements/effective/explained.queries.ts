import { plannedOnce, statement } from '../../../persistence/statement.js';
import { holdsNow } from '../../users/index.js';
import { ASSIGNMENT_ROW } from '../search/assignment-search.read-model.js';
import { isOfKind } from './reach.queries.js';

/** The groups inside of `through` where one is named ($4), and those around it. $1: tenant. */
const isInside = (group: string): string => `($4::uuid IS NULL OR EXISTS (
    SELECT FROM group_closure c WHERE c.tenant_id = $1 AND c.ancestor_id = $4 AND c.descendant_id = ${group}))`;
const isAround = (group: string): string => `($4::uuid IS NULL OR EXISTS (
    SELECT FROM group_closure c WHERE c.tenant_id = $1 AND c.ancestor_id = ${group} AND c.descendant_id = $4))`;

/**
 * By which assignment an active user holds an entitlement now, a row for each pair that is asked for, in their order; no
 * row for whom nothing gives it. What the user has itself wins, else the group that was given it first. `starts` are the
 * groups that hold the user inside of that group; the first row has all groups on the way up from them.
 * From each user upwards, once for each: by users_ordinal_key, group_members_user, rule_members_pkey, group_closure_up,
 * role_assignments_user_key, role_assignments_group_key and group_nestings_child.
 * Values: tenant, entitlements, ordinals, group that the ways go through or null, whether right values are shown, the kind of
 * groups that give it or null.
 */
export const EXPLAINED_ASSIGNMENTS = plannedOnce(
  statement(
    'entitlements.explained_assignments',
    `WITH asked AS MATERIALIZED (
   SELECT pair.role_id, pair.place, u.id AS user_id
     FROM ROWS FROM (unnest($2::uuid[]), unnest($3::int[])) WITH ORDINALITY pair(role_id, ordinal, place)
     JOIN users u ON u.tenant_id = $1 AND u.ordinal = pair.ordinal AND u.status = 'active'
 ), inside AS MATERIALIZED (
   SELECT person.user_id, ARRAY(
            SELECT m.group_id FROM memberships m
             WHERE m.tenant_id = $1 AND m.user_id = person.user_id AND ${holdsNow('m')} AND ${isInside('m.group_id')}) AS groups
     FROM (SELECT DISTINCT user_id FROM asked) person
 ), around AS MATERIALIZED (
   SELECT inside.user_id, inside.groups AS inside, ARRAY(
            SELECT DISTINCT up.ancestor_id FROM group_closure up
             WHERE up.tenant_id = $1 AND up.descendant_id = ANY (inside.groups) AND ${isAround('up.ancestor_id')}) AS groups
     FROM inside
 ), chosen AS MATERIALIZED (
   SELECT asked.place, asked.user_id, given.id, given.group_id, CASE WHEN given.group_id IS NOT NULL THEN ARRAY(
            SELECT c.descendant_id FROM group_closure c
             WHERE c.tenant_id = $1 AND c.ancestor_id = given.group_id AND c.descendant_id = ANY (around.inside)) END AS starts
     FROM asked JOIN around ON around.user_id = asked.user_id
    CROSS JOIN LATERAL (
      SELECT each.id, each.group_id FROM (
        SELECT a.id, a.group_id, a.assigned_at FROM role_assignments a
         WHERE a.tenant_id = $1 AND a.role_id = asked.role_id AND a.user_id = asked.user_id AND $4::uuid IS NULL
         UNION ALL
        SELECT a.id, a.group_id, a.assigned_at FROM role_assignments a
         WHERE a.tenant_id = $1 AND a.role_id = asked.role_id AND a.group_id = ANY (around.groups) AND ${isOfKind('a.group_id', '$6')}) each
       ORDER BY each.group_id IS NOT NULL, each.assigned_at, each.id LIMIT 1
    ) given
 ), involved AS MATERIALIZED (
   SELECT DISTINCT up.ancestor_id AS group_id
     FROM (SELECT DISTINCT start.id AS inner_id, chosen.group_id AS outer_id
             FROM chosen CROSS JOIN LATERAL unnest(chosen.starts) start(id)) pair
     JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = pair.inner_id
     JOIN group_closure below
       ON below.tenant_id = $1 AND below.ancestor_id = pair.outer_id AND below.descendant_id = up.ancestor_id
 ), graph AS (
   SELECT json_build_object(
     'nestings', (SELECT coalesce(json_agg(json_build_object('parent_id', n.parent_id, 'child_id', n.child_id)), '[]')
                    FROM involved inner_group
                    JOIN group_nestings n ON n.tenant_id = $1 AND n.child_id = inner_group.group_id
                    JOIN involved outer_group ON outer_group.group_id = n.parent_id),
     'names', (SELECT coalesce(json_object_agg(g.id, g.name), '{}')
                 FROM involved JOIN groups g ON g.tenant_id = $1 AND g.id = involved.group_id)) AS graph
 )
 SELECT ${ASSIGNMENT_ROW('$5::boolean')}, chosen.user_id AS holder_id, chosen.starts,
        CASE WHEN row_number() OVER (ORDER BY chosen.place) = 1 THEN (SELECT graph.graph FROM graph) END AS graph
   FROM chosen
   JOIN role_assignments a ON a.tenant_id = $1 AND a.id = chosen.id
   JOIN roles r ON r.tenant_id = $1 AND r.id = a.role_id
  ORDER BY chosen.place`,
  ),
);
