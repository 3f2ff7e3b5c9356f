import { ENTITLEMENTS, entitlementRefusal, newEntitlement } from '../support/entitlement-steps.js';
import { giveRole, newRole, storedHolders } from '../support/role-steps.js';
import { assign, newRole as newScopedRole } from '../support/scoped-role-steps.js';
import { newTenant } from '../support/tenant.js';
import { UserTokens } from '../support/user-tokens.js';

let users: UserTokens;

beforeAll(async () => {
  users = await UserTokens.start();
}, 90_000);

afterAll(async () => users.stop());

describe('a user who manages entitlements', () => {
  it('gives only what they hold themselves, with all that is inside of it, and may take away', async () => {
    const tenant = await newTenant(users.url);
    const { api, application, user } = tenant;
    const [app, ada, bob] = [await application(), await user(), await user()];
    const manager = await newScopedRole(tenant, 'organization', { permissions: ['doorlist:manageEntitlements'] });
    await assign(api, manager, { user_id: ada });
    const [own, weak, strong] = [
      await newRole(api, app, 'Own', ['read']),
      await newRole(api, app, 'Weak', ['read']),
      await newRole(api, app, 'Strong', ['write']),
    ];
    const wrapper = await newRole(api, app, 'Wrapper');
    await giveRole(api, { app, role: own }, 'User', ada);
    await giveRole(api, { app, role: strong }, 'User', bob);
    await api.post(`${ENTITLEMENTS}/${wrapper}/children`, { add: [strong] });
    const permission = await newEntitlement(api, app, 'read', { type: 'permission' });
    const asAda = await users.as(tenant, ada);
    const before = await storedHolders(tenant);
    const lacks = `You do not hold the permission write in application ${app}, so you cannot give it.`;
    for (const code of [strong, wrapper]) {
      const { status, body } = await asAda.post(`${ENTITLEMENTS}/${code}`, {
        grant: { users: [{ user: ada }], groups: [] },
        revoke: { users: [{ user: ada }] },
      });
      const ids = (body as { messageId: string }[]).map(({ messageId }) => messageId);
      expect([status, ids, body[0].messageDescription]).toEqual([200, ['DLE40306', 'DLE40407'], lacks]);
    }
    const attacks = [
      await asAda.post(`${ENTITLEMENTS}/${own}/children`, { add: [weak, wrapper] }),
      await asAda.post(ENTITLEMENTS, { name: 'write', type: 'permission', application: app }),
      await asAda.patch(`${ENTITLEMENTS}/${permission}`, { name: 'write' }),
    ];
    for (const { status, body } of attacks) {
      expect([status, body]).toEqual([403, entitlementRefusal('DLE40306', lacks)]);
    }
    expect(await storedHolders(tenant)).toEqual(before);
    expect((await asAda.get(`${ENTITLEMENTS}/${own}/children`)).body.count).toBe(0);
    const granted = await asAda.post(`${ENTITLEMENTS}/${weak}`, { grant: { users: [{ user: ada }] } });
    expect(granted.body[0]).toMatchObject({ success: true, messageId: 'DLE20001' });
    expect((await asAda.post(`${ENTITLEMENTS}/${own}/children`, { add: [weak] })).status).toBe(200);
    const taken = await asAda.post(`${ENTITLEMENTS}/${strong}`, { revoke: { users: [{ user: bob }] } });
    expect(taken.body[0]).toMatchObject({ success: true, messageId: 'DLE20002' });
    // What is inside of a held role counts as held.
    await api.post(`${ENTITLEMENTS}/${own}/children`, { add: [strong] });
    const now = await asAda.post(`${ENTITLEMENTS}/${wrapper}`, { grant: { users: [{ user: bob }] } });
    expect(now.body[0]).toMatchObject({ success: true, messageId: 'DLE20001' });
  });

  it('of one application sees and makes what is in it, and nothing else', async () => {
    const tenant = await newTenant(users.url);
    const { api, application, user } = tenant;
    const [app, other, ada] = [await application(), await application(), await user()];
    const owner = await newRole(api, app, 'Owner', ['doorlist:manageEntitlements', 'read']);
    await giveRole(api, { app, role: owner }, 'User', ada);
    await newEntitlement(api, other, 'Elsewhere');
    const asAda = await users.as(tenant, ada);
    const search = async (path: string, body: object): Promise<unknown[]> => {
      const answer = await asAda.post(`${ENTITLEMENTS}${path}`, body);
      return [answer.status, answer.body.count ?? answer.body.messageId];
    };
    for (const path of ['/search', '/assignments/search']) {
      expect(await search(path, { application: app })).toEqual([200, 1]);
      expect(await search(path, { application: other })).toEqual([403, 'DLE40306']);
      expect(await search(path, {})).toEqual([403, 'DLE40306']);
    }
    const body = { name: 'read', type: 'permission', application: app };
    expect((await asAda.post(ENTITLEMENTS, body)).status).toBe(201);
    expect((await asAda.post(ENTITLEMENTS, { ...body, application: other })).status).toBe(403);
    expect((await asAda.post(ENTITLEMENTS, { ...body, name: 'write' })).status).toBe(403);
  });
});
