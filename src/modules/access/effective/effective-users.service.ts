import { Injectable } from '@nestjs/common';
import { comparisonKey } from '../../../kernel/comparison-key.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { containing } from '../../../persistence/like-pattern.js';
import { UserSet } from '../../users/index.js';
import { AccessPathsService } from '../explanation/access-paths.service.js';
import { AssignmentOrder } from './assignment-order.js';
import type { EffectiveUserResponse } from './dto/effective-user.response.js';
import type { Sort } from './dto/effective-users.requests.js';
import { chosen, readEffectiveSets, type EffectiveFilter, type EffectiveSets } from './effective-sets.js';
import { DIRECT_MOMENTS, EXPLAINED_USERS, FOUND_AMONG, FOUND_USERS } from './effective-sets.queries.js';
import { NameOrder } from './name-order.js';
import { CreationOrder, type Keys, type UserOrder } from './user-order.js';

/** Up to so many users are searched one by one; for more, all users of the tenant are. */
const FEW = 10_000;
/** How often a page is read again because somebody lost access while it was put together. */
const ATTEMPTS = 3;

/** Most paths that are shown of each user. */
const MOST_PATHS = 20;

interface Filter extends EffectiveFilter {
  readonly sort?: Sort | undefined;
  readonly search?: string | undefined;
  readonly include?: 'paths' | undefined;
}

/** A row with what its list can be ordered by. */
interface ExplainedUser extends Omit<EffectiveUserResponse, 'assignment_type'> {
  readonly ordinal: number;
  readonly user_name_key: string;
  readonly display_name_key: string;
  readonly moment: string | null;
  readonly assignment_type: 'direct' | 'group' | null;
}

/** The users of a list with their order, as they were at one moment. */
interface Listed {
  readonly users: UserSet;
  readonly order: UserOrder;
}

/** Who can use an application: the question Doorlist exists for. */
@Injectable()
export class EffectiveUsersService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly paths: AccessPathsService,
  ) {}

  /** One page, with the exact total. Every page costs the same, by number or by cursor, but for names. Errors: 404. */
  async list(
    scope: TenantScope,
    applicationId: string,
    filter: Filter,
    request: PageRequest,
  ): Promise<Page<EffectiveUserResponse>> {
    const { sort, search, via_group, assignment_type, status } = filter;
    const filters = [applicationId, sort, search, via_group, assignment_type, status].map((each) => each ?? null);
    const list = { list: 'effective-users', filters };
    return this.doors.paginator.read(scope, list, request, async ({ page, perPage, after }) => {
      const start = { after, offset: (page - 1) * perPage, limit: perPage + 1 };
      for (let attempt = 1; ; attempt += 1) {
        const { users, order } = await this.#listed(scope, applicationId, filter);
        const ordinals = await order.page(users, start);
        const rows = await this.#explained(scope, applicationId, ordinals.slice(0, perPage));
        const right = rows.filter(isRight(filter));
        if (right.length < Math.min(ordinals.length, perPage) && attempt < ATTEMPTS) continue;
        const last = ordinals.length > perPage ? right.at(-1) : undefined;
        const items = await this.#shown(scope, applicationId, right.map(rowOf), filter);
        return { items, totalItems: users.size, next: last ? keysOf(last, sort) : null };
      }
    });
  }

  /** The rows with their paths, where they are asked for. */
  async #shown(
    scope: TenantScope,
    applicationId: string,
    rows: readonly EffectiveUserResponse[],
    { include }: Filter,
  ): Promise<readonly EffectiveUserResponse[]> {
    if (include === undefined || rows.length === 0) return rows;
    const ids = rows.map((row) => row.user_id);
    const paths = await this.paths.pathsOf(scope, applicationId, ids, MOST_PATHS);
    return rows.map((row) => {
      const { pathCount = 0, paths: shown = [], truncated = false } = paths.get(row.user_id) ?? {};
      return { ...row, path_count: pathCount, paths: [...shown], paths_truncated: truncated };
    });
  }

  async #listed(scope: TenantScope, applicationId: string, filter: Filter): Promise<Listed> {
    const byMoment = columnOf(filter.sort) === 'assigned_at';
    const sets = await readEffectiveSets(this.doors.database, scope, applicationId, {
      byMoment,
      viaGroup: filter.via_group,
    });
    const users = await this.#found(scope, chosen(sets, filter), filter.search);
    return { users, order: await this.#orderOf(scope, applicationId, sets, filter.sort) };
  }

  async #found(scope: TenantScope, users: UserSet, search: string | undefined): Promise<UserSet> {
    if (search === undefined) return users;
    const values: unknown[] = [scope.tenantId, containing(comparisonKey(search))];
    const size = users.size;
    const isFew = size <= FEW;
    if (isFew) values.push(users.slice(0, size));
    const statement = isFew ? FOUND_AMONG : FOUND_USERS;
    const [row] = await this.doors.database.queryLong<{ packed: Buffer | null }>(scope, statement, values);
    const found = new UserSet();
    if (row?.packed) found.addOrdinals(row.packed);
    return users.and(found);
  }

  async #orderOf(
    scope: TenantScope,
    applicationId: string,
    sets: EffectiveSets,
    sort: Sort = 'created_at',
  ): Promise<UserOrder> {
    const { database } = this.doors;
    const descending = sort.startsWith('-');
    const column = columnOf(sort);
    if (column === 'user_name' || column === 'display_name') {
      return new NameOrder(database, scope, { column: `${column}_key`, descending });
    }
    if (column === 'created_at') return new CreationOrder(descending);
    const values = [scope.tenantId, applicationId];
    const [row] = await database.queryLong<{ packed: Buffer | null }>(scope, DIRECT_MOMENTS, values);
    return new AssignmentOrder(sets, row?.packed ?? Buffer.alloc(0), descending);
  }

  async #explained(
    scope: TenantScope,
    applicationId: string,
    ordinals: readonly number[],
  ): Promise<readonly ExplainedUser[]> {
    if (ordinals.length === 0) return [];
    return this.doors.database.queryLong<ExplainedUser>(scope, EXPLAINED_USERS, [
      scope.tenantId,
      applicationId,
      ordinals,
    ]);
  }
}

/** Whether a row is still what its list holds; between the two reads of a page anything may have changed. */
function isRight({ assignment_type: type, status = 'active' }: Filter): (row: ExplainedUser) => boolean {
  return (row) =>
    row.assignment_type !== null &&
    (type === undefined || row.assignment_type === type) &&
    (status === 'any' || row.status === status);
}

function columnOf(sort: Sort = 'created_at'): string {
  return sort.replace('-', '');
}

function keysOf(row: ExplainedUser, sort: Sort | undefined): Keys {
  const column = columnOf(sort);
  if (column === 'created_at') return [row.ordinal];
  if (column === 'assigned_at') return [row.moment ?? '', row.ordinal];
  return [column === 'user_name' ? row.user_name_key : row.display_name_key, row.ordinal];
}

function rowOf(row: ExplainedUser): EffectiveUserResponse {
  const { user_id, user_name, email, display_name, status, assignment_type, assigned_via } = row;
  return {
    user_id,
    user_name,
    email,
    display_name,
    status,
    assignment_type: assignment_type ?? 'group',
    assigned_via,
  };
}
