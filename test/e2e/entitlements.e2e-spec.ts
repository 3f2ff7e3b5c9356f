import { randomUUID } from 'node:crypto';
import {
  ASSIGNMENTS,
  ENTITLEMENTS,
  entitlementRefusal,
  found,
  grantUsers,
  newEntitlement,
} from '../support/entitlement-steps.js';
import { giveRole, newRole, roleCounts, rolesPath, storedHolders } from '../support/role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';

const checkedTenant = tenantsWithCheckedSets();

const REGION = { name: 'region', label: 'Region', mandatory: true, multivalued: false, values: ['emea', 'apac'] };
const TAGS = { name: 'tags', label: null, mandatory: false, multivalued: true, values: [] };

describe('an entitlement of an application', () => {
  it('is a role of contract 2 and the other way round, and a permission is none', async () => {
    const { api, application, id } = await newTenant();
    const app = await application();
    const full = {
      name: 'Editor',
      type: 'role',
      application: app,
      description: 'Writes.',
      category: 'Publishing',
      extRef: 'grp-1',
      rights: [REGION, TAGS],
    };
    const made = await api.post(ENTITLEMENTS, { ...full, application: app.toUpperCase() });
    expect(made.status).toBe(201);
    const code = made.body.code as string;
    expect(made.body).toEqual({
      ...full,
      code: expect.any(String),
      subType: 'regular',
      creationDate: expect.any(String),
      lastModTime: expect.any(String),
    });
    expect(made.headers.get('location')).toBe(`${api.url}${ENTITLEMENTS}/${code}`);
    expect((await api.get(`${ENTITLEMENTS}/${code.toUpperCase()}`)).body).toEqual(made.body);
    const role = {
      role_id: code,
      role_name: 'Editor',
      app_id: app,
      permissions: [],
      description: 'Writes.',
      display_name: null,
    };
    expect((await api.get(`${rolesPath(app)}/${code}`)).body).toEqual({ result: role });
    const permission = await newEntitlement(api, app, 'documents:read', { type: 'permission' });
    expect((await api.get(rolesPath(app))).body).toEqual({ result: [role] });
    for (const refused of [
      await api.get(`${rolesPath(app)}/${permission}`),
      await api.put(`${rolesPath(app)}/${permission}`, { permissions: ['*'] }),
      await api.delete(`${rolesPath(app)}/${permission}`),
    ]) {
      expect(refused.status).toBe(404);
    }
    const reader = await newRole(api, app, 'Reader', ['read']);
    expect((await api.get(`${ENTITLEMENTS}/${reader}`)).body).toMatchObject({
      name: 'Reader',
      type: 'role',
      rights: [],
    });
    const search = await api.post(`${ENTITLEMENTS}/search?limit=2`, { application: app });
    expect([search.body.count, (search.body.resources as { name: string }[]).map(({ name }) => name)]).toEqual([
      3,
      ['Editor', 'documents:read'],
    ]);
    const [byType] = await sql<{ events: number }>(
      `SELECT count(*)::int AS events FROM audit_events WHERE tenant_id = $1 AND action = 'role.created' AND application_id = $2`,
      [id, app],
    );
    expect(byType!.events).toBe(3);
  });

  it('changes by merge patch, keeps what is held of its rights, and goes with all that is held', async () => {
    const tenant = await checkedTenant();
    const { api, application, user } = tenant;
    const [app, ada] = [await application(), await user()];
    const code = await newEntitlement(api, app, 'Editor', { rights: [REGION, TAGS] });
    const url = `${ENTITLEMENTS}/${code}`;
    await grantUsers(api, code, [{ user: ada, rights: ['emea', 'x', 'y'] }]);
    const change = { name: 'Author', category: 'C', extRef: null, description: null };
    const changed = await api.patch(url, change);
    expect([changed.status, changed.body]).toMatchObject([200, { ...change, rights: [REGION, TAGS] }]);
    const cases: [object, number, string][] = [
      [{ rights: [TAGS] }, 409, 'DLE40904'],
      [{ rights: [{ ...REGION, values: ['apac'] }, TAGS] }, 409, 'DLE40904'],
      [{ rights: [REGION, { ...TAGS, multivalued: false }] }, 409, 'DLE40904'],
      [{ rights: [REGION, { ...REGION, values: ['z'] }] }, 400, 'DLE40001'],
      [{ rights: [REGION, { name: 'b', values: ['emea'] }] }, 400, 'DLE40001'],
      [{ rights: [TAGS, { name: 'b' }] }, 400, 'DLE40001'],
      [{ type: 'permission' }, 400, 'DLE40001'],
      [{ name: null }, 400, 'DLE40001'],
    ];
    for (const [patch, status, id] of cases) {
      const answer = await api.patch(url, patch);
      expect([patch, answer.status, answer.body]).toEqual([patch, status, entitlementRefusal(id)]);
    }
    const more = { ...REGION, multivalued: true, values: ['apac', 'emea', 'us'] };
    expect((await api.patch(url, { rights: [TAGS, more] })).body.rights).toEqual([TAGS, more]);
    expect((await api.delete(url)).status).toBe(204);
    expect(await storedHolders(tenant)).toEqual([]);
    expect((await api.get(url)).body).toEqual(entitlementRefusal('DLE40402', `No entitlement ${code} in this tenant.`));
    expect(await roleCounts(tenant)).toEqual({ rows: 0, given: 1, taken: 1 });
  });

  it('refuses names that are taken, applications that are not there, and permissions that are none of ours', async () => {
    const { api, application } = await newTenant();
    const app = await application();
    await newRole(api, app, 'Editor');
    const body = { name: 'EDITOR', type: 'permission', application: app };
    const taken = await api.post(ENTITLEMENTS, body);
    const message = 'The application has an entitlement "EDITOR" already; choose another name.';
    expect([taken.status, taken.body]).toEqual([409, entitlementRefusal('DLE40901', message)]);
    const nowhere = randomUUID();
    const lost = await api.post(ENTITLEMENTS, { ...body, application: nowhere });
    expect([lost.status, lost.body]).toEqual([
      404,
      entitlementRefusal('DLE40406', `No application ${nowhere} in this tenant.`),
    ]);
    for (const wrong of [
      { name: 'doorlist:any' },
      { name: ' a' },
      { type: 'any' },
      { application: 'x' },
      { rights: {} },
      { code: 'x' },
    ]) {
      const answer = await api.post(ENTITLEMENTS, { ...body, ...wrong });
      expect([wrong, answer.status, answer.body]).toEqual([wrong, 400, entitlementRefusal('DLE40001')]);
    }
  });
});

describe('a call that grants and revokes', () => {
  it('answers an outcome for each item in order, and one that fails stops no other', async () => {
    const tenant = await checkedTenant();
    const { api, application, user, group } = tenant;
    const [app, ada, bob, team] = [await application(), await user(), await user(), await group()];
    const code = await newEntitlement(api, app, 'Editor', { rights: [REGION, TAGS] });
    await giveRole(api, { app, role: code }, 'Group', team);
    const nobody = randomUUID();
    const answer = await api.post(`${ENTITLEMENTS}/${code}`, {
      grant: {
        users: [
          { user: ada.toUpperCase(), rights: ['emea', 'x', 'y', 'x'] },
          { user: bob },
          { user: bob, rights: ['emea', 'apac'] },
          { user: nobody, rights: ['emea'] },
          { user: 'ada', rights: ['emea'] },
          { user: ada, rights: ['apac'] },
        ],
        groups: [{ group: team, rights: ['emea'] }],
      },
      revoke: { users: [{ user: bob }], groups: [{ group: team }, { group: team }] },
    });
    expect(answer.status).toBe(200);
    const outcome = (success: boolean, operation: string, sent: string, id: string): object => ({
      success,
      operation,
      code: sent,
      assignment: success && operation === 'grant' ? expect.any(String) : null,
      messageId: id,
      messageDescription: expect.any(String),
    });
    expect(answer.body).toEqual([
      outcome(true, 'grant', ada.toUpperCase(), 'DLE20001'),
      outcome(false, 'grant', bob, 'DLE40008'),
      outcome(false, 'grant', bob, 'DLE40008'),
      outcome(false, 'grant', nobody, 'DLE40404'),
      outcome(false, 'grant', 'ada', 'DLE40404'),
      outcome(false, 'grant', ada, 'DLE40902'),
      outcome(false, 'grant', team, 'DLE40902'),
      outcome(false, 'revoke', bob, 'DLE40407'),
      outcome(true, 'revoke', team, 'DLE20002'),
      outcome(false, 'revoke', team, 'DLE40407'),
    ]);
    expect(answer.body[1].messageDescription).toBe('The right "region" must have a value.');
    expect(answer.body[2].messageDescription).toBe('The right "region" takes one value only, not "emea", "apac".');
    expect(await storedHolders(tenant)).toEqual([`Editor: user ${ada}`]);
    const [row] = (await api.post(`${ASSIGNMENTS}?includeRights=true`, { code })).body.resources;
    expect(row).toMatchObject({ user: ada, rights: true, rightValues: ['emea', 'x', 'y'] });
    expect((await api.get(`${rolesPath(app)}/${code}`)).status).toBe(200);
    // What was granted here is revoked over contract 2.
    expect((await api.delete(`${rolesPath(app)}/${code}/assignments/${ada}`)).status).toBe(204);
    expect(await found(api, '')).toEqual([[], 0]);
    expect((await api.post(`${ENTITLEMENTS}/${code}`, {})).body).toEqual([]);
    const nested = await api.post(`${ENTITLEMENTS}/${code}`, { grant: { users: [{ user: ada, rights: [7] }, 7] } });
    expect([nested.status, nested.body]).toEqual([400, entitlementRefusal('DLE40001')]);
    expect(nested.body.messageDescription).toMatch(/^body\.grant\.users\.0\.rights: .*; body\.grant\.users\.1: /);
  });

  it('grants once where two calls come at the same moment, and nothing of what is deleted meanwhile', async () => {
    const tenant = await checkedTenant();
    const { api, application, user } = tenant;
    const [app, ada] = [await application(), await user()];
    const code = await newEntitlement(api, app, 'Editor', { rights: [TAGS] });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, at) => grantUsers(api, code, [{ user: ada, rights: [`v${at}`] }])),
    );
    const outcomes = answers.map(({ status, body }) => `${status} ${body[0].messageId}`).sort();
    expect(outcomes).toEqual(['200 DLE20001', ...Array.from({ length: 5 }, () => '200 DLE40902')]);
    const [values] = await sql<{ n: number }>(
      'SELECT count(*)::int AS n FROM assignment_right_values WHERE tenant_id = $1',
      [tenant.id],
    );
    expect(values!.n).toBe(1);
    const users = await Promise.all(Array.from({ length: 4 }, () => user()));
    const [gone, ...raced] = await Promise.all([
      api.delete(`${ENTITLEMENTS}/${code}`),
      ...users.map((each) => grantUsers(api, code, [{ user: each }])),
    ]);
    expect(gone.status).toBe(204);
    for (const { status } of raced) expect([200, 404]).toContain(status);
    expect(await storedHolders(tenant)).toEqual([]);
  });
});

describe('the right values of an assignment', () => {
  it('are read, added, removed and replaced one at a time, within what the rights allow', async () => {
    const { api, application, user } = await newTenant();
    const [app, ada] = [await application(), await user()];
    const code = await newEntitlement(api, app, 'Editor', { rights: [REGION, TAGS] });
    const { body } = await grantUsers(api, code, [{ user: ada, rights: ['emea'] }]);
    const url = `/v1.0/assignments/${String(body[0].assignment)}/rights`;
    const held = (region: string[], tags: string[]): object => ({
      code: body[0].assignment,
      entitlement: code,
      rights: [
        { ...REGION, rightValues: region },
        { ...TAGS, rightValues: tags },
      ],
    });
    expect((await api.get(url)).body).toEqual(held(['emea'], []));
    const steps: [object, number, object][] = [
      [{ op: 'add', value: 'x' }, 200, held(['emea'], ['x'])],
      [{ op: 'replace', value: 'apac', oldValue: 'emea' }, 200, held(['apac'], ['x'])],
      [{ op: 'add', value: 'x' }, 409, entitlementRefusal('DLE40907')],
      [{ op: 'add', value: 'emea' }, 400, entitlementRefusal('DLE40008')],
      [{ op: 'remove', value: 'apac' }, 400, entitlementRefusal('DLE40008', 'The right "region" must have a value.')],
      [{ op: 'replace', value: 'z', oldValue: 'apac' }, 400, entitlementRefusal('DLE40008')],
      [{ op: 'remove', value: 'none' }, 404, entitlementRefusal('DLE40408')],
      [{ op: 'replace', value: 'z' }, 400, entitlementRefusal('DLE40001')],
      [{ op: 'add', value: 'z', oldValue: 'x' }, 400, entitlementRefusal('DLE40001')],
      [{ op: 'remove', value: 'x' }, 200, held(['apac'], [])],
    ];
    for (const [change, status, expected] of steps) {
      const answer = await api.patch(url, change);
      expect([change, answer.status, answer.body]).toEqual([change, status, expected]);
    }
    const [row] = (await api.post(ASSIGNMENTS, { code })).body.resources;
    expect(row).toMatchObject({ rights: true, lastModUser: expect.any(String), lastModTime: expect.any(String) });
    const nowhere = await api.get(`/v1.0/assignments/${randomUUID()}/rights`);
    expect([nowhere.status, nowhere.body]).toEqual([404, entitlementRefusal('DLE40403')]);
  });
});
