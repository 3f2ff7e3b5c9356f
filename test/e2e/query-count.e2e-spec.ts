import { openApiCheck, type ApiAnswer } from '../support/api.js';
import { LATER, ROUTES } from '../support/counted-routes.js';
import { all, worldOf } from '../support/counted-world.js';
import { newTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { PUBLIC_ROUTES } from '../support/required-scopes.js';

const MANY = 60;

function statementsOf({ headers }: ApiAnswer): number {
  return Number(/^db;desc="statements=(\d+)"$/.exec(headers.get('server-timing') ?? '')?.[1]);
}

/** The number of statements of every route, by its name, in a world of this size. */
async function counted(size: number): Promise<Map<string, number>> {
  const world = await worldOf(size);
  const counts = new Map<string, number>();
  for (const [route, , call] of ROUTES) {
    const answer = await call(world);
    expect([route, answer.status < 300]).toEqual([route, true]);
    counts.set(route, statementsOf(answer));
  }
  return counts;
}

describe('the statements of a request', () => {
  it('are counted for every route of the OpenAPI document', async () => {
    const { document } = await openApiCheck(workerState().url);
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...ROUTES.map(([route]) => route), ...PUBLIC_ROUTES].sort()).toEqual(documented.sort());
  });

  it('are no more for 60 rows than for one, and never more than listed', async () => {
    const [one, many] = [await counted(1), await counted(MANY)];
    expect(Object.fromEntries(many)).toEqual(Object.fromEntries(one));
    const tooMany = ROUTES.flatMap(([route, most]) => {
      const count = many.get(route)!;
      return count >= 1 && count <= most ? [] : [`${route}: ${count}, at most ${most}`];
    });
    expect(tooMany).toEqual([]);
  }, 240_000);

  it('are few for a PUT that changes the bounds of what is there', async () => {
    const { tenant, users, full, applications } = await worldOf(2);
    const { api, path } = tenant;
    const assignment = await api.put(`${path}/users/${users[0]}/applications/${applications[0]}`, LATER);
    const membership = await api.put(`${path}/groups/${full}/members/${users[0]}`, LATER);
    expect([assignment.body.data.valid_until, membership.body.data.valid_until]).toEqual([
      '2999-01-01T00:00:00.000Z',
      '2999-01-01T00:00:00.000Z',
    ]);
    expect(statementsOf(assignment)).toBeLessThanOrEqual(5);
    expect(statementsOf(membership)).toBeLessThanOrEqual(8);
  });

  it('are as few for a list that is filtered, or walked by cursor, and for all whom entitlements reach', async () => {
    const { tenant, users, full, roleOfAll } = await worldOf(3);
    const search = (query: string, body: object): Promise<ApiAnswer> =>
      tenant.api.post(`/v1.0/entitlements/assignments/search?effective=true${query}`, body);
    const searches = [
      await search('', { code: roleOfAll }),
      await search(`&user=${users[0]}`, {}),
      await search(`&group=${full}`, {}),
    ];
    expect(searches.map((each) => [each.body.count > 0, statementsOf(each)])).toEqual([
      [true, 3],
      [true, 2],
      [true, 3],
    ]);
    const { api, path } = tenant;
    expect(statementsOf(await api.get(`${path}/users?search=user&status=active`))).toBe(1);
    const first = await api.get(`${path}/users?per_page=2`);
    expect(statementsOf(await api.get(`${path}/users?cursor=${first.body.pagination.next_cursor}`))).toBe(1);
  });

  it('grow by the same for any request with an Idempotency-Key, and are few when it is repeated', async () => {
    const { api, path, user, group } = await newTenant();
    const [users, team] = [await all(MANY, () => user()), await group()];
    const add = (userIds: readonly string[], key: string): Promise<ApiAnswer> =>
      api.post(`${path}/groups/${team}/members`, { user_ids: userIds }, { headers: { 'idempotency-key': key } });
    const few = statementsOf(await add(users.slice(0, 1), 'few'));
    const many = await add(users, 'many');
    expect(many.body.data.added).toHaveLength(MANY - 1);
    expect(statementsOf(many)).toBe(few);
    expect(few).toBeLessThanOrEqual(12);
    expect(statementsOf(await add(users, 'many'))).toBeLessThanOrEqual(5);
  });
});
