import { newTenant } from '../support/tenant.js';

describe('a dynamic group', () => {
  it('walks', async () => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    const ada = await tenant.user('ada', { attributes: { department: 'Sales' } });
    const bob = await tenant.user('bob', { attributes: { department: 'Ops' } });
    const made = await api.post(`${path}/groups`, { name: 'sales', kind: 'dynamic', rule: 'attributes.department eq "Sales"' });
    expect([made.status, made.body]).toMatchObject([201, {}]);
    const url = `${path}/groups/${made.body.data.id}`;
    const members = async () => (await api.get(`${url}/members`)).body.data;
    expect(await members()).toMatchObject([{ user_id: ada, by_rule: true }]);
    expect((await api.patch(`${path}/users/${bob}`, { attributes: { department: 'sales' } })).status).toBe(200);
    expect(await members()).toMatchObject([{ user_id: ada }, { user_id: bob }]);
    const preview = await api.post(`${path}/groups/preview`, { rule: 'user_name eq "bob"', group_id: made.body.data.id });
    expect(preview.body.data).toEqual({ joined: { count: 0, items: [], next_cursor: null }, left: { count: 1, items: [{ user_id: ada, user_name: 'ada' }], next_cursor: null } });
    const dry = await api.patch(`${url}?dry_run=true`, { rule: 'user_name eq "bob"' });
    expect(dry.body).toMatchObject({ data: { members: { left: { count: 1 } } } });
    expect((await api.patch(url, { rule: 'user_name eq "bob"' })).status).toBe(200);
    expect(await members()).toMatchObject([{ user_id: bob }]);
    expect((await api.delete(`${path}/users/${bob}`)).status).toBe(204);
    expect(await members()).toEqual([]);
  });
});
