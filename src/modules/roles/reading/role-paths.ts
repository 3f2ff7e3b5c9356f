import { GroupGraph, countOf, shortestWays } from '../../access/index.js';
import type { RolePathResponse, UserRoleResponse } from './dto/user-role.response.js';
import type { GivenFact, GroupFacts, HeldRoleRow } from './user-roles.read-model.js';

/** Most paths that are shown of each role. */
export const MOST_PATHS = 20;

const NO_GROUPS: GroupFacts = { memberships: [], nestings: [], group_names: {} };

/**
 * The rows with the ways by which the user holds each role, at most `most` of each: a direct assignment is one, and so is
 * every way up to a group.
 */
export function withPaths(rows: readonly HeldRoleRow[], most = MOST_PATHS): UserRoleResponse[] {
  const { facts, graph } = groupsOf(rows);
  return rows.map((row) => {
    const { scope_id: _scope, permissions, assignments, graph: _graph, ...role } = row;
    const via = assignments[0]?.group_id ?? null;
    return {
      ...role,
      permissions: [...permissions],
      assignment_type: via === null ? 'direct' : 'group',
      assigned_via: via,
      ...shownPaths(pathsToRole({ facts, graph }, assignments, most)),
    };
  });
}

type Paths = Pick<UserRoleResponse, 'path_count' | 'paths' | 'paths_truncated'>;

function shownPaths({ count, paths }: RolePaths): Paths {
  return { path_count: countOf(count), paths: [...paths], paths_truncated: count > BigInt(paths.length) };
}

/** The groups from a user up to those that hold a role, as facts and as a graph. */
export interface GroupsOnTheWay {
  readonly facts: GroupFacts;
  readonly graph: GroupGraph;
}

/** Those of the rows of one answer, of which the first carries them for all. */
export function groupsOf(rows: readonly Pick<HeldRoleRow, 'graph'>[]): GroupsOnTheWay {
  const facts = rows.find(({ graph }) => graph !== null)?.graph ?? NO_GROUPS;
  return { facts, graph: new GroupGraph(facts.nestings) };
}

/** Some of the paths from a user to a role, and how many there are in all. */
export interface RolePaths {
  readonly count: bigint;
  /** Direct ones first, then the shortest. */
  readonly paths: readonly RolePathResponse[];
}

/** At most `most` of the paths to a role that is given by these assignments. */
export function pathsToRole(
  { facts, graph }: GroupsOnTheWay,
  assignments: readonly GivenFact[],
  most: number,
): RolePaths {
  const direct = assignments.filter(({ group_id }) => group_id === null);
  const byGroup = new Map(assignments.map((each) => [each.group_id, each]));
  const waysUp = graph.waysTo(new Set(assignments.flatMap(({ group_id }) => group_id ?? [])));
  const starts = facts.memberships.map((groupId) => ({ groupId, waysUp }));
  const count = starts.reduce((sum, { groupId }) => sum + waysUp(groupId).count, BigInt(direct.length));
  const ways = shortestWays(graph, starts, most - direct.length);
  const paths = [
    ...direct.map((given) => pathOf(facts, given, [])),
    ...ways.flatMap((groupIds) => {
      const given = byGroup.get(groupIds.at(-1) ?? '');
      return given ? [pathOf(facts, given, groupIds)] : [];
    }),
  ];
  return { count, paths };
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
