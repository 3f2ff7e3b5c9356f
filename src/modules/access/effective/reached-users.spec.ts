import { CursorCodec } from '../../../kernel/cursor.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import { SYSTEM_ACTOR, TenantScope } from '../../../kernel/scope.js';
import type { Database } from '../../../persistence/database.js';
import type { DatabaseDoors } from '../../../persistence/database-doors.js';
import { Paginator } from '../../../persistence/paginator.js';
import { UserSet } from '../../users/index.js';
import { pageOfReached, type ReachedList, type ReachedUser } from './reached-users.js';

const scope = new TenantScope('019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d00', SYSTEM_ACTOR, 'test');
// Nothing of these lists asks the database: their sets and rows are given below.
const paginator = new Paginator(
  {} as Database,
  {} as ConstructorParameters<typeof Paginator>[1],
  new CursorCodec(Buffer.alloc(32)),
  0,
);
const doors = { paginator } as DatabaseDoors;

function usersOf(ordinals: readonly number[]): UserSet {
  const set = new UserSet();
  const packed = Buffer.alloc(ordinals.length * 4);
  for (const [at, ordinal] of ordinals.entries()) packed.writeInt32BE(ordinal, at * 4);
  set.addOrdinals(packed);
  return set;
}

function rowOf(ordinal: number, isReached: boolean): ReachedUser {
  const name = `u${ordinal}`;
  const user = { user_id: name, user_name: name, email: null, display_name: null, status: 'active' } as const;
  const keys = { user_name_key: name, display_name_key: name, moment: isReached ? '1' : null };
  return { ordinal, ...user, ...keys, assignment_type: isReached ? 'direct' : null, assigned_via: null };
}

/** A list of the users 1 to 6; `explained` says which rows there are for those of a page. */
function page(explained: ReachedList<ReachedUser>['explained'], request: PageRequest): Promise<Page<ReachedUser>> {
  const none = new UserSet();
  const sets = {
    direct: usersOf([1, 2, 3, 4, 5, 6]),
    group: none,
    groupByMoment: new Map(),
    via: none,
    suspended: none,
  };
  return pageOfReached(
    doors,
    scope,
    { name: 'test', from: [], filter: {}, sets: () => Promise.resolve(sets), explained },
    request,
  );
}

const rows = (ordinals: readonly number[], isReached: (ordinal: number) => boolean): Promise<ReachedUser[]> =>
  Promise.resolve(ordinals.map((ordinal) => rowOf(ordinal, isReached(ordinal))));

describe('a page of users who are reached', () => {
  it.each<[string, ReachedList<ReachedUser>['explained']]>([
    ['reached any more', (ordinals) => rows(ordinals, (each) => each > 2)],
    [
      'there any more',
      (ordinals) =>
        rows(
          ordinals.filter((each) => each > 2),
          () => true,
        ),
    ],
  ])('goes on behind them where nobody of it is %s, however often it is read', async (_, explained) => {
    const first = await page(explained, { perPage: 2 });
    expect([first.items, first.totalItems]).toEqual([[], 6]);
    const second = await page(explained, { cursor: first.nextCursor ?? '' });
    expect([second.page, second.items.map(({ ordinal }) => ordinal)]).toEqual([2, [3, 4]]);
    const third = await page(explained, { cursor: second.nextCursor ?? '' });
    expect([third.items.map(({ ordinal }) => ordinal), third.nextCursor]).toEqual([[5, 6], null]);
  });
});
