import { newTenant } from '../support/tenant.js';

describe('users', () => {
  it('makes a user and answers it with its version and its place', async () => {
    const tenant = await newTenant();
    const made = await tenant.api.post(`${tenant.path}/users`, { user_name: 'Ada', email: 'ada@example.com' });
    expect(made.status).toBe(201);
    expect(made.body.data).toEqual({
      id: expect.any(String),
      user_name: 'Ada',
      email: 'ada@example.com',
      display_name: null,
      given_name: null,
      family_name: null,
      external_id: null,
      status: 'active',
      attributes: {},
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.headers.get('location')).toBe(`${tenant.api.url}${tenant.path}/users/${made.body.data.id}`);
  });
});
