import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../kernel/domain-error.js';
import { isUuid } from '../../../kernel/ids.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { effectiveUsersIn, findSets, findSetsApart, type SetsApart } from '../../access/index.js';
import type { UserSet } from '../../users/index.js';
import type { AssigneeType, EntitlementAssignmentQuery, EntitlementFilter } from '../dto/assignment-search.requests.js';
import type { EntitlementAssignment, EntitlementAssignmentPage } from '../dto/assignment.responses.js';
import { entitlementAssignment, typeOf, type AssignmentRow } from '../search/assignment-search.read-model.js';
import { EXPLAINED_ASSIGNMENTS } from './explained.queries.js';
import { GroupPaths, type GroupFacts } from './group-paths.js';
import {
  HOLDERS_APART,
  USERS_OF_GROUP,
  entitlementsAroundGroup,
  entitlementsLeft,
  entitlementsOfUser,
  kindOf,
  type Asked,
  type Slice,
} from './reach.queries.js';

/** Entitlements whose holders are put together at most, where neither a user nor a group says whose. */
const MOST_ENTITLEMENTS = 100;
/** How often a page is read again because somebody held no more what was listed while it was put together. */
const ATTEMPTS = 3;

/** That a user holds an entitlement. */
interface Pair {
  readonly roleId: string;
  readonly ordinal: number;
}

/** Some of the pairs that are left, in their order, and how many there are in all. */
interface Pairs {
  readonly total: number;
  readonly pairs: readonly Pair[];
}

const NO_PAIRS: Pairs = { total: 0, pairs: [] };

/** What is asked for beside the entitlements. */
interface Ways {
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly type: AssigneeType | undefined;
}

interface Row extends AssignmentRow {
  readonly holder_id: string;
  readonly starts: readonly string[] | null;
  readonly graph: GroupFacts | null;
}

/** Which users hold which entitlement, themselves or through groups nested to any depth. */
@Injectable()
export class EffectiveAssignmentsService {
  constructor(private readonly doors: DatabaseDoors) {}

  /**
   * One page of the active users that hold entitlements, one row a user and entitlement, with the exact number of all: in
   * the order in which the entitlements were made, and within one of that in which the users were. Errors: 400
   * `search_too_broad` where neither a user nor a group is named and the filter leaves too many entitlements.
   */
  async search(
    scope: TenantScope,
    query: EntitlementAssignmentQuery,
    filter: EntitlementFilter,
  ): Promise<EntitlementAssignmentPage> {
    const { page, perPage } = query.toPage();
    const ways = waysOf(query);
    const slice = { offset: (page - 1) * perPage, limit: perPage };
    for (let attempt = 1; ; attempt += 1) {
      const { total, pairs } = ways ? await this.#pairs(scope, ways, filter, slice) : NO_PAIRS;
      const rows = await this.#explained(scope, pairs, ways, query.includeRights ?? false);
      const right = rows.filter((row) => query.type === undefined || typeOf(row) === query.type);
      if (right.length < pairs.length && attempt < ATTEMPTS) continue;
      return { count: total, page, limit: perPage, resources: withPaths(right, rows, ways?.group) };
    }
  }

  async #pairs(scope: TenantScope, ways: Ways, filter: EntitlementFilter, slice: Slice): Promise<Pairs> {
    const { user, group } = ways;
    if (user !== undefined) return this.#ofUser(scope, { ...ways, user }, filter, slice);
    if (group !== undefined) return this.#ofGroup(scope, { ...ways, group }, filter, slice);
    return this.#ofEntitlements(scope, ways.type, filter, slice);
  }

  async #ofUser(
    scope: TenantScope,
    ways: Ways & { readonly user: string },
    filter: EntitlementFilter,
    slice: Slice,
  ): Promise<Pairs> {
    const found = await this.#found(scope, entitlementsOfUser(scope.tenantId, ways, filter, slice));
    const { total, ids, ordinal = null } = found;
    return ordinal === null ? NO_PAIRS : { total, pairs: ids.map((roleId) => ({ roleId, ordinal })) };
  }

  /** All who are in the group hold what it holds, and what is held around it: so many entitlements by so many users. */
  async #ofGroup(
    scope: TenantScope,
    ways: Ways & { readonly group: string },
    filter: EntitlementFilter,
    slice: Slice,
  ): Promise<Pairs> {
    const values = [scope.tenantId, ways.group, null, null];
    const sets = await findSets(this.doors.database, scope, USERS_OF_GROUP, values);
    const users = sets ? effectiveUsersIn(sets) : null;
    const size = users?.size ?? 0;
    if (!users || size === 0) return NO_PAIRS;
    const first = Math.floor(slice.offset / size);
    const limit = Math.ceil((slice.offset + slice.limit) / size) - first;
    const asked = entitlementsAroundGroup(scope.tenantId, ways, filter, { offset: first, limit });
    const { total, ids } = await this.#found(scope, asked);
    const here = { offset: slice.offset - first * size, limit: slice.limit };
    return {
      total: total * size,
      pairs: pairsOf(
        ids.map((roleId) => ({ roleId, users, size })),
        here,
      ),
    };
  }

  async #ofEntitlements(
    scope: TenantScope,
    type: Ways['type'],
    filter: EntitlementFilter,
    slice: Slice,
  ): Promise<Pairs> {
    const { database } = this.doors;
    const { statement, values } = entitlementsLeft(scope.tenantId, filter, MOST_ENTITLEMENTS + 1);
    const left = await database.queryLong<{ id: string }>(scope, statement, [...values]);
    if (left.length > MOST_ENTITLEMENTS) throw tooBroad();
    if (left.length === 0) return NO_PAIRS;
    const ids = left.map(({ id }) => id);
    const sets = await findSetsApart(database, scope, HOLDERS_APART, [scope.tenantId, ids, null, null, kindOf(type)]);
    const blocks = ids.map((roleId, at) => {
      const users = holders(sets, at + 1, type);
      return { roleId, users, size: users.size };
    });
    return { total: blocks.reduce((sum, { size }) => sum + size, 0), pairs: pairsOf(blocks, slice) };
  }

  async #found(scope: TenantScope, { statement, values }: Asked): Promise<Found> {
    const [row] = await this.doors.database.queryLong<Found>(scope, statement, [...values]);
    if (!row) throw new Error('A statement that counts has answered no row.');
    return row;
  }

  async #explained(
    scope: TenantScope,
    pairs: readonly Pair[],
    ways: Ways | null,
    includeRights: boolean,
  ): Promise<Row[]> {
    if (pairs.length === 0) return [];
    const columns = [pairs.map(({ roleId }) => roleId), pairs.map(({ ordinal }) => ordinal)];
    const values = [scope.tenantId, ...columns, ways?.group ?? null, includeRights, kindOf(ways?.type)];
    return this.doors.database.queryLong<Row>(scope, EXPLAINED_ASSIGNMENTS, values);
  }
}

interface Found {
  readonly total: number;
  readonly ids: readonly string[];
  readonly ordinal?: number | null;
}

/** An entitlement and all of its users. */
interface Block {
  readonly roleId: string;
  readonly users: UserSet;
  readonly size: number;
}

/** What is asked for of ways and holders; null where nothing can be: by what contradicts itself, or is no code. */
function waysOf({ user, group, type }: EntitlementAssignmentQuery): Ways | null {
  if (type === 'USER' && group !== undefined) return null;
  if ([user, group].some((code) => code !== undefined && !isUuid(code))) return null;
  return { user: user?.toLowerCase(), group: group?.toLowerCase(), type };
}

/** What a user has itself wins: who has it is not listed as of a group. */
function holders(sets: SetsApart, number: number, type: AssigneeType | undefined): UserSet {
  const { direct, group } = sets.of(number);
  if (type === 'USER') return direct.minus(sets.suspended);
  const all = type === undefined ? group.union(direct) : group.minus(direct);
  return all.minus(sets.suspended);
}

/** The pairs of a slice of all blocks, one after the other. */
function pairsOf(blocks: readonly Block[], { offset, limit }: Slice): Pair[] {
  const pairs: Pair[] = [];
  let toSkip = offset;
  for (const { roleId, users, size } of blocks) {
    if (pairs.length >= limit) break;
    if (toSkip < size) {
      const ordinals = users.slice(toSkip, limit - pairs.length);
      pairs.push(...ordinals.map((ordinal) => ({ roleId, ordinal })));
    }
    toSkip = Math.max(0, toSkip - size);
  }
  return pairs;
}

/** The rows as they are shown; the first of `all` has the groups on the way for every one. */
function withPaths(rows: readonly Row[], all: readonly Row[], through: string | undefined): EntitlementAssignment[] {
  const paths = new GroupPaths(all[0]?.graph ?? { nestings: [], names: {} });
  return rows.map((row) => ({
    ...entitlementAssignment(row),
    user: row.holder_id,
    path: row.group_id === null ? [] : paths.from(row.starts ?? [], row.group_id, through),
  }));
}

function tooBroad(): DomainError {
  return new DomainError(
    'malformed',
    'search_too_broad',
    `With effective=true a search that names neither a user nor a group takes at most ${MOST_ENTITLEMENTS} entitlements, and this one leaves more; name a user, a group, or a code or an application in the body.`,
  );
}
