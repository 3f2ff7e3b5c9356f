import { comparisonKey } from '../../../kernel/comparison-key.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { DatabaseDoors } from '../../../persistence/database-doors.js';
import { containing } from '../../../persistence/like-pattern.js';
import { UserSet } from '../../users/index.js';
import { AssignmentOrder } from './assignment-order.js';
import { chosen, type EffectiveFilter, type EffectiveSets, type Wanted } from './effective-sets.js';
import { FOUND_AMONG, FOUND_USERS } from './effective-sets.queries.js';
import { NameOrder } from './name-order.js';
import { CreationOrder, type Keys, type UserOrder } from './user-order.js';

/** Up to so many users are searched one by one; for more, all users of the tenant are. */
const FEW = 10_000;
/** How often a page is read again because somebody was not reached any more while it was put together. */
const ATTEMPTS = 3;

/** Orders of such a list; a minus in front turns one round. `assigned_at` where the list has `directMoments`. */
type Sort = `${'' | '-'}${'created_at' | 'user_name' | 'display_name' | 'assigned_at'}`;

/** Which users are listed, and in which order. */
export interface ReachedFilter extends EffectiveFilter {
  readonly sort?: Sort | undefined;
  readonly search?: string | undefined;
}

/** A user of a list as explainedStatement answers it, with what lists can be ordered by. */
export interface ReachedUser {
  readonly ordinal: number;
  readonly user_id: string;
  readonly user_name: string;
  readonly email: string | null;
  readonly display_name: string | null;
  readonly status: 'active' | 'suspended';
  readonly user_name_key: string;
  readonly display_name_key: string;
  readonly moment: string | null;
  /** Null for whom nothing reaches any more. */
  readonly assignment_type: 'direct' | 'group' | null;
  readonly assigned_via: string | null;
}

/** A list of the users that are reached from somewhere: it knows how they are read. */
export interface ReachedList<Row extends ReachedUser> {
  readonly name: string;
  /** From where they are reached; a cursor is good only for the same. */
  readonly from: readonly string[];
  readonly filter: ReachedFilter;
  readonly sets: (wanted: Wanted) => Promise<EffectiveSets>;
  readonly explained: (ordinals: readonly number[]) => Promise<readonly Row[]>;
  /** The answer of DIRECT_MOMENTS. */
  readonly directMoments?: () => Promise<Buffer | null>;
}

/** One page, with the exact total. Every page costs the same, by number or by cursor, but for names. */
export async function pageOfReached<Row extends ReachedUser>(
  doors: DatabaseDoors,
  scope: TenantScope,
  list: ReachedList<Row>,
  request: PageRequest,
): Promise<Page<Row>> {
  const { sort, search, via_group, assignment_type, status } = list.filter;
  const filters = [...list.from, ...[sort, search, via_group, assignment_type, status].map((each) => each ?? null)];
  return doors.paginator.read(scope, { list: list.name, filters }, request, async ({ page, perPage, after }) => {
    const start = { after, offset: (page - 1) * perPage, limit: perPage + 1 };
    for (let attempt = 1; ; attempt += 1) {
      const { users, order } = await listed(doors, scope, list);
      const ordinals = await order.page(users, start);
      const asked = ordinals.slice(0, perPage);
      const rows = asked.length === 0 ? [] : await list.explained(asked);
      const items = rows.filter(isRight(list.filter));
      if (items.length < asked.length && attempt < ATTEMPTS) continue;
      const next = ordinals.length > perPage ? behind(asked, rows, sort) : null;
      return { items, totalItems: users.size, next: next?.length === 0 ? after : next };
    }
  });
}

/** The users of a list with their order, as they were at one moment. */
interface Listed {
  readonly users: UserSet;
  readonly order: UserOrder;
}

async function listed<Row extends ReachedUser>(
  doors: DatabaseDoors,
  scope: TenantScope,
  list: ReachedList<Row>,
): Promise<Listed> {
  const { filter } = list;
  const sets = await list.sets({ byMoment: columnOf(filter.sort) === 'assigned_at', viaGroup: filter.via_group });
  const users = await found(doors, scope, chosen(sets, filter), filter.search);
  return { users, order: await orderOf(doors, scope, list, sets) };
}

async function found(
  { database }: DatabaseDoors,
  scope: TenantScope,
  users: UserSet,
  search: string | undefined,
): Promise<UserSet> {
  if (search === undefined) return users;
  const values: unknown[] = [scope.tenantId, containing(comparisonKey(search))];
  const size = users.size;
  const isFew = size <= FEW;
  if (isFew) values.push(users.slice(0, size));
  const statement = isFew ? FOUND_AMONG : FOUND_USERS;
  const [row] = await database.queryLong<{ packed: Buffer | null }>(scope, statement, values);
  const matching = new UserSet();
  if (row?.packed) matching.addOrdinals(row.packed);
  return users.and(matching);
}

async function orderOf<Row extends ReachedUser>(
  { database }: DatabaseDoors,
  scope: TenantScope,
  { filter: { sort = 'created_at' }, directMoments }: ReachedList<Row>,
  sets: EffectiveSets,
): Promise<UserOrder> {
  const descending = sort.startsWith('-');
  const column = columnOf(sort);
  if (column === 'user_name' || column === 'display_name') {
    return new NameOrder(database, scope, { column: `${column}_key`, descending });
  }
  if (column === 'created_at') return new CreationOrder(descending);
  return new AssignmentOrder(sets, (await directMoments?.()) ?? Buffer.alloc(0), descending);
}

/** Whether a row is still what its list holds; between the two reads of a page anything may have changed. */
function isRight({ assignment_type: type, status = 'active' }: ReachedFilter): (row: ReachedUser) => boolean {
  return (row) =>
    row.assignment_type !== null &&
    (type === undefined || row.assignment_type === type) &&
    (status === 'any' || row.status === status);
}

/**
 * Where the next page begins: behind the last user of this one, whoever of them is still reached. Empty where nothing is
 * known of any; then the same place is read again (or the next page by number), where others have moved up.
 */
function behind(asked: readonly number[], rows: readonly ReachedUser[], sort: Sort | undefined): Keys {
  const column = columnOf(sort);
  if (column === 'created_at') return asked.slice(-1);
  const last = rows.findLast(({ moment }) => column !== 'assigned_at' || moment !== null);
  return last ? keysOf(last, sort) : [];
}

function columnOf(sort: Sort = 'created_at'): string {
  return sort.replace('-', '');
}

function keysOf(row: ReachedUser, sort: Sort | undefined): Keys {
  const column = columnOf(sort);
  if (column === 'assigned_at') return [row.moment ?? '', row.ordinal];
  return [column === 'user_name' ? row.user_name_key : row.display_name_key, row.ordinal];
}
