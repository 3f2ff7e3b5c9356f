import { setTimeout as wait } from 'node:timers/promises';
import { ASSIGNEES, nest } from '../support/assignment-steps.js';
import type { TestTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, SCHEDULED, STATES, UNBOUND, VALID } from '../support/validity-steps.js';

const newTenant = tenantsWithCheckedSets();

type Rows = Record<string, unknown>[];

async function applicationsOf(tenant: TestTenant, holder: string): Promise<unknown[]> {
  const { body } = await tenant.api.get(`${tenant.path}/${holder}/applications`);
  const rows = (Array.isArray(body.data) ? body.data : body.data.applications) as Rows;
  return rows.map(({ application_id: id, assigned_via: via }) => [id, via]);
}

const idsIn = async (tenant: TestTenant, path: string, name: string): Promise<unknown[]> =>
  ((await tenant.api.get(tenant.path + path)).body.data as Rows).map((row) => row[name]);

/** Waits until the database's clock is past the moment: it is the same machine's. */
async function until(moment: string): Promise<void> {
  await wait(Math.max(0, Date.parse(moment) - Date.now()) + 50);
}

const inMs = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

describe.each(STATES)('what is %s (%j)', (state, bounds) => {
  const holds = state === 'valid';

  it('as an assignment is in the lists of contract 1 only while it holds', async () => {
    const tenant = await newTenant();
    const [ada, team, inner] = [await tenant.user(), await tenant.group(), await tenant.group()];
    await nest(tenant, team, inner);
    await tenant.api.put(`${tenant.path}/groups/${inner}/members/${ada}`);
    const [own, teams] = [await tenant.application(), await tenant.application()];
    await tenant.api.put(`${tenant.path}/users/${ada}/applications/${own}`, bounds);
    await tenant.api.put(`${tenant.path}/groups/${team}/applications/${teams}`, bounds);
    expect(await applicationsOf(tenant, `users/${ada}`)).toEqual(
      holds
        ? [
            [own, null],
            [teams, team],
          ]
        : [],
    );
    expect(await applicationsOf(tenant, `groups/${team}`)).toEqual(holds ? [[teams, team]] : []);
    const ownAssignees = await tenant.api.get(`${tenant.path}/applications/${own}/assignees`);
    expect(ownAssignees.body.data).toMatchObject({ users: holds ? [ada] : [], total_users: holds ? 1 : 0 });
    const teamAssignees = await tenant.api.get(`${tenant.path}/applications/${teams}/assignees`);
    expect(teamAssignees.body.data).toMatchObject({ groups: holds ? [team] : [], total_groups: holds ? 1 : 0 });
  });

  it('as a membership gives what its group has only while it holds, and is listed as what it is', async () => {
    const tenant = await newTenant();
    const [ada, outer, inner] = [await tenant.user('ada'), await tenant.group(), await tenant.group()];
    await nest(tenant, outer, inner);
    await tenant.api.put(`${tenant.path}/groups/${inner}/members/${ada}`, bounds);
    const application = await tenant.application();
    await tenant.api.put(`${tenant.path}/groups/${outer}/applications/${application}`);
    expect(await applicationsOf(tenant, `users/${ada}`)).toEqual(holds ? [[application, outer]] : []);
    expect(await idsIn(tenant, `/users/${ada}/groups`, 'group_id')).toEqual(holds ? [outer, inner].sort() : []);
    expect(await idsIn(tenant, `/groups/${outer}/members?transitive=true`, 'user_id')).toEqual(holds ? [ada] : []);
    const own = await tenant.api.get(`${tenant.path}/groups/${inner}/members?transitive=true`);
    const row = {
      user_id: ada,
      user_name: 'ada',
      display_name: null,
      membership: 'direct',
      added_at: expect.any(String),
      ...bounds,
      state,
    };
    expect(own.body.data).toEqual(holds ? [row] : []);
    expect(own.body.pagination.total_items).toBe(holds ? 1 : 0);
    expect((await tenant.api.get(`${tenant.path}/groups/${inner}/members`)).body.data).toEqual([row]);
  });
});

describe('a member of a group and of one inside of it', () => {
  it('is inherited where only the inner membership holds', async () => {
    const tenant = await newTenant();
    const [ada, outer, inner] = [await tenant.user(), await tenant.group(), await tenant.group()];
    await nest(tenant, outer, inner);
    await tenant.api.put(`${tenant.path}/groups/${outer}/members/${ada}`, EXPIRED);
    await tenant.api.put(`${tenant.path}/groups/${inner}/members/${ada}`, VALID);
    const [row] = (await tenant.api.get(`${tenant.path}/groups/${outer}/members?transitive=true`)).body.data as Rows;
    expect(row).toMatchObject({ membership: 'inherited', added_at: null, ...UNBOUND, state: 'valid' });
    const groups = (await tenant.api.get(`${tenant.path}/users/${ada}/groups`)).body.data as Rows;
    expect(groups.find((group) => group.group_id === outer)).toMatchObject({ membership: 'inherited', added_at: null });
  });
});

describe('the passing of time', () => {
  it('begins and ends what holds, without anybody doing anything', async () => {
    const tenant = await newTenant();
    const [ada, bob, team] = [await tenant.user(), await tenant.user(), await tenant.group()];
    const [soon, later] = [inMs(700), inMs(1600)];
    const [first, second] = [await tenant.application(), await tenant.application()];
    await tenant.api.put(`${tenant.path}/users/${ada}/applications/${first}`, { valid_until: soon });
    await tenant.api.put(`${tenant.path}/users/${ada}/applications/${second}`, {
      valid_from: soon,
      valid_until: later,
    });
    await tenant.api.put(`${tenant.path}/groups/${team}/members/${bob}`, { valid_from: soon, valid_until: later });
    await tenant.api.put(`${tenant.path}/groups/${team}/applications/${first}`);
    await until(soon);
    const between = [await applicationsOf(tenant, `users/${ada}`), await applicationsOf(tenant, `users/${bob}`)];
    await until(later);
    const after = [await applicationsOf(tenant, `users/${ada}`), await applicationsOf(tenant, `users/${bob}`)];
    // Where the machine was too slow to look between the two moments, there is nothing to be said of them.
    if (Date.now() < Date.parse(later) + 200) expect(between).toEqual([[[second, null]], [[first, team]]]);
    expect(after).toEqual([[], []]);
    expect((await tenant.api.get(`${tenant.path}/users/${ada}/applications/${second}`)).status).toBe(200);
  });

  it('lets an assignment be made again the moment that it has expired', async () => {
    const tenant = await newTenant();
    const [ada, application] = [await tenant.user(), await tenant.application()];
    const [url, soon] = [`${tenant.path}/users/${ada}/applications`, inMs(400)];
    await tenant.api.post(url, { application_id: application, valid_until: soon });
    await until(soon);
    const again = await tenant.api.post(url, { application_id: application });
    expect(again.status).toBe(201);
    expect(await applicationsOf(tenant, `users/${ada}`)).toEqual([[application, null]]);
  });
});

describe('the list of all assignments of an application', () => {
  it('shows them with bounds and state, whether they hold or not, and can be filtered', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const rows: Rows = [];
    for (const { kind } of ASSIGNEES) {
      for (const [state, bounds] of STATES) {
        const holder = kind === 'user' ? await tenant.user() : await tenant.group();
        const put = await tenant.api.put(`${tenant.path}/${kind}s/${holder}/applications/${application}`, bounds);
        rows.push({ ...(put.body.data as object), state });
      }
    }
    rows.sort((left, right) => (String(left.id) < String(right.id) ? -1 : 1));
    await tenant.api.put(`${tenant.path}/users/${await tenant.user()}/applications/${await tenant.application()}`);
    const url = `${tenant.path}/applications/${application}/assignments`;
    const all = await tenant.api.get(`${url}?per_page=200`);
    expect([all.status, all.body.data]).toEqual([200, rows]);
    expect(all.body.pagination).toEqual({ page: 1, per_page: 200, total_items: 16, total_pages: 1, next_cursor: null });
    for (const state of ['valid', 'scheduled', 'expired', undefined]) {
      for (const type of ['direct', 'group', undefined]) {
        const query = [state && `state=${state}`, type && `assignment_type=${type}`].filter(Boolean).join('&');
        const wanted = rows.filter((row) => (!state || row.state === state) && (!type || row.assignment_type === type));
        const found = await tenant.api.get(`${url}?${query}`);
        expect([query, found.body.data]).toEqual([query, wanted]);
        expect(found.body.pagination.total_items).toBe(wanted.length);
      }
    }
    const first = await tenant.api.get(`${url}?state=valid&per_page=5`);
    const cursor = encodeURIComponent(first.body.pagination.next_cursor as string);
    const second = await tenant.api.get(`${url}?state=valid&cursor=${cursor}`);
    expect([...first.body.data, ...second.body.data]).toEqual(rows.filter((row) => row.state === 'valid'));
    expect((await tenant.api.get(`${url}?state=expired&cursor=${cursor}`)).body.code).toBe('invalid_cursor');
  });

  it('answers 404 for an application that the tenant does not have, 422 for unknown states, 403 without the scope', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const foreign = `${tenant.path}/applications/${await other.application()}/assignments`;
    expect((await tenant.api.get(foreign)).body.code).toBe('application_not_found');
    const url = `${tenant.path}/applications/${await tenant.application()}/assignments`;
    expect((await tenant.api.get(url)).body.data).toEqual([]);
    for (const query of ['state=over', 'assignment_type=user', 'state=']) {
      expect((await tenant.api.get(`${url}?${query}`)).status).toBe(422);
    }
    expect((await (await tenant.apiWith('directory:read')).get(url)).status).toBe(403);
  });
});

describe('the sets of users', () => {
  it('are left and entered as bounds come and go, among others in the same set', async () => {
    const tenant = await newTenant();
    const [application, team] = [await tenant.application(), await tenant.group()];
    const users = await Promise.all(Array.from({ length: 4 }, () => tenant.user()));
    // The sets are compared with the tables after the test, and the tables with what was asked for here.
    for (const [at, id] of users.entries()) {
      for (const url of [
        `${tenant.path}/users/${id}/applications/${application}`,
        `${tenant.path}/groups/${team}/members/${id}`,
      ]) {
        await tenant.api.put(url, at % 2 === 0 ? undefined : VALID);
        await tenant.api.patch(url, SCHEDULED);
        await tenant.api.patch(url, at < 2 ? { valid_from: null } : {});
        await tenant.api.put(url, at === 3 ? {} : undefined);
      }
    }
    expect(await applicationsOf(tenant, `users/${users[0]}`)).toEqual([[application, null]]);
    expect(await applicationsOf(tenant, `users/${users[2]}`)).toEqual([]);
  });
});
