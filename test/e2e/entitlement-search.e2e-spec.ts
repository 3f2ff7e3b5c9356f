import { randomUUID } from 'node:crypto';
import { ASSIGNMENTS, entitlementRefusal, found } from '../support/entitlement-steps.js';
import { giveRole, newRole, rolesPath } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

interface World extends TestTenant {
  readonly app: string;
  readonly ada: string;
  readonly bob: string;
  readonly team: string;
  readonly editor: string;
  readonly reader: string;
}

/** Ada edits, bob reads, and the team does both; another application has an editor as well. */
async function world(): Promise<World> {
  const tenant = await newTenant();
  const { api, application, user, group } = tenant;
  const [app, other, ada, bob, team] = [
    await application(),
    await application(),
    await user(),
    await user(),
    await group(),
  ];
  const made = await api.post(rolesPath(app), { role_name: 'Editor', permissions: ['write'], description: 'Writes.' });
  const editor = (made.body as { result: { role_id: string } }).result.role_id;
  const reader = await newRole(api, app, 'Reader', ['read']);
  await giveRole(api, { app, role: editor }, 'User', ada);
  await giveRole(api, { app, role: reader }, 'User', bob);
  await giveRole(api, { app, role: editor }, 'Group', team);
  await giveRole(api, { app, role: reader }, 'Group', team);
  // What applications hold is no assignment of this surface.
  await giveRole(api, { app, role: reader }, 'Application', other);
  await giveRole(api, { app: other, role: await newRole(api, other, 'Editor') }, 'User', bob);
  return { ...tenant, app, ada, bob, team, editor, reader };
}

describe('the search for assignments of entitlements', () => {
  it('finds what was given over contract 2, with everything that there is to say of each', async () => {
    const { api, app, ada, editor, team } = await world();
    const { status, body } = await api.post(`${ASSIGNMENTS}?includeRights=true`, { code: editor });
    expect(status).toBe(200);
    const common = {
      code: expect.any(String),
      entitlement: editor,
      entitlementName: 'Editor',
      entitlementType: 'role',
      entitlementSubType: 'regular',
      entitlementExtRef: null,
      application: app,
      rights: false,
      rightValues: [],
      creationUser: expect.stringMatching(/./),
      creationDate: expect.stringMatching(/^\d{4}-.*Z$/),
      lastModUser: null,
      lastModTime: null,
    };
    expect(body).toEqual({
      count: 2,
      page: 1,
      limit: 500,
      resources: [
        { ...common, type: 'USER', user: ada, group: null },
        { ...common, type: 'GROUP', user: null, group: team },
      ],
    });
    const bare = await api.post(ASSIGNMENTS, { code: editor });
    expect(bare.body.resources[0]).not.toHaveProperty('rightValues');
  });

  it('combines all filters of query and body, and finds nothing by what contradicts itself', async () => {
    const { api, app, ada, bob, team, editor, reader } = await world();
    const [all, count] = await found(api, '');
    expect(count).toBe(5);
    expect(all).toEqual([`Editor: ${ada}`, `Reader: ${bob}`, `Editor: ${team}`, `Reader: ${team}`, `Editor: ${bob}`]);
    const cases: [string, object, string[]][] = [
      [`?user=${ada.toUpperCase()}`, {}, [`Editor: ${ada}`]],
      [`?user=${bob}`, {}, [`Reader: ${bob}`, `Editor: ${bob}`]],
      [`?user=${bob}`, { application: app.toUpperCase() }, [`Reader: ${bob}`]],
      [`?group=${team}`, { type: 'role', subType: 'regular' }, [`Editor: ${team}`, `Reader: ${team}`]],
      ['?type=GROUP', { code: reader }, [`Reader: ${team}`]],
      ['?type=USER', { name: 'Reader' }, [`Reader: ${bob}`]],
      ['', { description: 'Writes.', name: 'Editor', code: editor }, [`Editor: ${ada}`, `Editor: ${team}`]],
      [`?user=${ada}&type=GROUP`, {}, []],
      [`?user=${ada}&group=${team}`, {}, []],
      ['?type=DYNAMIC_GROUP', {}, []],
      ['', { subType: 'dynamic' }, []],
      ['', { type: 'permission' }, []],
      ['', { name: 'reader' }, []],
      ['', { name: '' }, []],
      ['', { category: 'any' }, []],
      ['', { extRef: 'any' }, []],
      ['', { description: 'writes.' }, []],
      ['', { code: 'EDITOR-1' }, []],
      ['', { code: editor, name: 'Reader' }, []],
      ['', { application: randomUUID() }, []],
      ['?user=ada', {}, []],
      ['?user=', {}, []],
      [`?group=${ada}`, {}, []],
    ];
    for (const [query, filter, expected] of cases) {
      expect([query, filter, ...(await found(api, query, filter))]).toEqual([query, filter, expected, expected.length]);
    }
  });

  it('answers any page with the count of all, and numbers out of bounds as the nearest that are right', async () => {
    const { api } = await world();
    const [all] = await found(api, '');
    const page = async (query: string): Promise<unknown[]> => {
      const { body } = await api.post(`${ASSIGNMENTS}?${query}`, {});
      return [body.count, body.page, body.limit, body.resources.length];
    };
    expect(await page('limit=2&page=1')).toEqual([5, 1, 2, 2]);
    expect((await found(api, '?limit=2&page=3'))[0]).toEqual(all.slice(4));
    expect(await page('limit=2&page=4')).toEqual([5, 4, 2, 0]);
    expect(await page('limit=2&page=0')).toEqual([5, 1, 2, 2]);
    expect(await page('limit=2&page=-7')).toEqual([5, 1, 2, 2]);
    expect(await page('limit=501')).toEqual([5, 1, 500, 5]);
    expect(await page('limit=0')).toEqual([5, 1, 1, 1]);
    expect(await page('limit=2147483647&page=2147483647')).toEqual([5, 2147483647, 500, 0]);
  });

  it('refuses what is no filter with 400 in the words of the contract', async () => {
    const { api, application } = await newTenant();
    await application();
    const bodies: [unknown, string][] = [
      [null, 'body: a JSON object is required'],
      [[], 'body: must be a JSON object, not []'],
      [7, 'body: must be a JSON object, not 7'],
      [{ code: 7 }, 'body.code: code must be text, not 7'],
      [{ code: null }, 'body.code: code must be text, not null'],
      [{ type: 'ROLE' }, 'body.type: type must be one of role, permission, not "ROLE"'],
      [{ subType: 'any' }, 'body.subType: subType must be one of regular, dynamic, not "any"'],
      [{ user: 'a', name: 1 }, 'body.name: name must be text, not 1; body.user: user is not a field of this request'],
    ];
    for (const [body, message] of bodies) {
      const answer = await api.post(ASSIGNMENTS, undefined, { raw: JSON.stringify(body), headers: JSON_TYPE });
      expect([answer.status, answer.body]).toEqual([400, entitlementRefusal('DLE40001', message)]);
    }
    const missing = await api.post(ASSIGNMENTS);
    expect([missing.status, missing.body]).toEqual([
      400,
      entitlementRefusal('DLE40001', 'body: a JSON object is required'),
    ]);
    const broken = await api.post(ASSIGNMENTS, undefined, { raw: '{', headers: JSON_TYPE });
    expect([broken.status, broken.body]).toEqual([400, entitlementRefusal('DLE40002')]);
    for (const query of [
      'limit=x',
      'limit=1.5',
      'page=2147483648',
      'type=user',
      'type=',
      'includeRights=1',
      'user=a&user=b',
      'x=1',
    ]) {
      const answer = await api.post(`${ASSIGNMENTS}?${query}`, {});
      expect([query, answer.status, answer.body]).toEqual([query, 400, entitlementRefusal('DLE40001')]);
    }
  });

  it('asks for one of four scopes of the token, and shows nothing of other tenants', async () => {
    const { apiWith, editor } = await world();
    for (const scope of ['tenantadmin', 'manageAppAccessOwner', 'manageEntitlements', 'readEntitlements']) {
      expect((await found(await apiWith(scope), ''))[1]).toBe(5);
    }
    const refused = await (await apiWith('roles:write', 'directory:write')).post(ASSIGNMENTS, {});
    const needs =
      'The token needs one of the scopes tenantadmin, manageAppAccessOwner, manageEntitlements, readEntitlements.';
    expect([refused.status, refused.body]).toEqual([403, entitlementRefusal('DLE40301', needs)]);
    const other = await newTenant();
    expect(await found(other.api, '', { code: editor })).toEqual([[], 0]);
    expect(await found(other.api, '')).toEqual([[], 0]);
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };
