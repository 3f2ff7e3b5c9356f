import { GroupGraph, countOf, shortestWays } from '../../access/index.js';
import type { RolePathResponse, UserRoleResponse } from './dto/user-role.response.js';
import type { GivenFact, GroupFacts, HeldRoleRow } from './user-roles.read-model.js';

/** Most paths that are shown of each role. */
const MOST_PATHS = 20;

const NO_GROUPS: GroupFacts = { memberships: [], nestings: [], group_names: {} };

/** The rows with the ways by which the user holds each role: a direct assignment is one, and so is every way up to a group. */
export function withPaths(rows: readonly HeldRoleRow[]): UserRoleResponse[] {
  const facts = rows.find(({ graph }) => graph !== null)?.graph ?? NO_GROUPS;
  const graph = new GroupGraph(facts.nestings);
  return rows.map((row) => {
    const { scope_id: _scope, permissions, assignments, graph: _graph, ...role } = row;
    const via = assignments[0]?.group_id ?? null;
    return {
      ...role,
      permissions: [...permissions],
      assignment_type: via === null ? 'direct' : 'group',
      assigned_via: via,
      ...pathsOf(facts, graph, assignments),
    };
  });
}

type Paths = Pick<UserRoleResponse, 'path_count' | 'paths' | 'paths_truncated'>;

function pathsOf(facts: GroupFacts, graph: GroupGraph, assignments: readonly GivenFact[]): Paths {
  const direct = assignments.filter(({ group_id }) => group_id === null);
  const byGroup = new Map(assignments.map((each) => [each.group_id, each]));
  const waysUp = graph.waysTo(new Set(assignments.flatMap(({ group_id }) => group_id ?? [])));
  const starts = facts.memberships.map((groupId) => ({ groupId, waysUp }));
  const count = starts.reduce((sum, { groupId }) => sum + waysUp(groupId).count, BigInt(direct.length));
  const ways = shortestWays(graph, starts, MOST_PATHS - direct.length);
  const paths = [
    ...direct.map((given) => pathOf(facts, given, [])),
    ...ways.flatMap((groupIds) => {
      const given = byGroup.get(groupIds.at(-1) ?? '');
      return given ? [pathOf(facts, given, groupIds)] : [];
    }),
  ];
  return { path_count: countOf(count), paths, paths_truncated: count > BigInt(paths.length) };
}

function pathOf({ group_names: names }: GroupFacts, given: GivenFact, groupIds: readonly string[]): RolePathResponse {
  return {
    role_assignment_id: given.id,
    assignment_type: given.group_id === null ? 'direct' : 'group',
    assigned_at: new Date(given.assigned_at),
    assigned_by: given.assigned_by,
    via: groupIds.map((groupId) => ({ group_id: groupId, name: names[groupId] ?? '' })),
  };
}
