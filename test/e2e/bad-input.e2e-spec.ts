import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.js';
import { refusal, wrongValue } from '../support/assignment-steps.js';
import { storedRows } from '../support/stored-rows.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const HUGE_ARRAY = '['.repeat(10_000) + ']'.repeat(10_000);
const HUGE_OBJECT = '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000);

/** Sends a body as it is to a path of the tenant; the tenant's rows must be the same before and after. */
async function refused(tenant: TestTenant, method: string, path: string, raw: string | Buffer): Promise<ApiAnswer> {
  const before = await storedRows(tenant.id);
  const answer = await tenant.api.call(method, tenant.path + path, { raw });
  expect(await storedRows(tenant.id)).toEqual(before);
  return answer;
}

describe('a body that is no JSON', () => {
  it.each([
    '{',
    '{"user_name":}',
    "{'user_name':'a'}",
    '{"user_name":"a"} {}',
    '{"user_name":"a",}',
    'undefined',
    '\u0000',
    'NaN',
    '{"user_name":"a\u0001"}',
  ])('is refused with 400: %j', async (raw) => {
    const tenant = await newTenant();
    const answer = await refused(tenant, 'POST', '/users', raw);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(refusal(answer, 'malformed_json', expect.stringContaining('JSON')));
  });

  it.each([
    ['bytes that are no UTF-8', [0xff, 0xfe]],
    ['half of a surrogate pair as UTF-8', [0xed, 0xa0, 0x80]],
    ['an overlong NUL', [0xc0, 0x80]],
  ])('is refused with 400 where it holds %s', async (_, bytes) => {
    const tenant = await newTenant();
    const raw = Buffer.concat([Buffer.from('{"user_name":"a'), Buffer.from(bytes), Buffer.from('"}')]);
    const answer = await refused(tenant, 'POST', '/users', raw);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(refusal(answer, 'malformed_json', expect.any(String)));
  });

  it.each([
    'POST /users',
    'PATCH /users/{id}',
    'POST /groups/{id}/members',
    'POST /users/{id}/applications/bulk',
    'DELETE /users/{id}',
  ])('is refused on every kind of route: %s', async (route) => {
    const tenant = await newTenant();
    const [method, path] = route.replace('{id}', await tenant.user()).split(' ');
    const answer = await refused(tenant, method!, path!, '{"a"');
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(refusal(answer, 'malformed_json', expect.any(String)));
  });
});

describe('a body that is no object', () => {
  it.each(['[]', '[{"user_name":"a"}]', '"text"', '42', '-0', 'true', 'null', ''])(
    'is refused with 422 on the body: %j',
    async (raw) => {
      const tenant = await newTenant();
      const answer = await refused(tenant, 'POST', '/users', raw);
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(
        wrongValue(answer, ['body'], raw === 'null' || raw === '' ? 'missing' : 'json_object'),
      );
    },
  );

  it('is refused with 422 where it is nested 10,000 deep', async () => {
    const tenant = await newTenant();
    const answer = await refused(tenant, 'POST', '/users', HUGE_ARRAY);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(wrongValue(answer, ['body', 0], 'too_deep'));
  });

  it('is missing where a route needs one and none is sent', async () => {
    const tenant = await newTenant();
    const answer = await tenant.api.post(`${tenant.path}/users`);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(wrongValue(answer, ['body'], 'missing'));
  });
});

describe('a value of the wrong type', () => {
  it.each(['1', 'null', 'true', '[]', '{}', '["ada"]', '""', '" ada"', '"a\\nb"', `"${'x'.repeat(201)}"`])(
    'is refused with 422 naming the field: user_name %s',
    async (value) => {
      const tenant = await newTenant();
      const answer = await refused(tenant, 'POST', '/users', `{"user_name":${value}}`);
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(wrongValue(answer, ['body', 'user_name'], 'line'));
    },
  );

  it('is named together with every other one', async () => {
    const tenant = await newTenant();
    const answer = await refused(
      tenant,
      'POST',
      '/users',
      '{"email":"no","status":"gone","attributes":[],"surname":"x"}',
    );
    expect(answer.status).toBe(422);
    const found = (answer.body.detail as { loc: string[]; type: string }[])
      .map(({ loc, type }) => [...loc, type].join(' '))
      .sort();
    expect(found).toEqual([
      'body attributes json_object',
      'body email email',
      'body status choice',
      'body surname unknown_field',
      'body user_name missing',
    ]);
  });

  it.each(['"x"', '{}', '{"0":"a","length":1}', '[null]', '[1]', '["not-a-uuid"]', '[["a"]]', 'null'])(
    'is refused where ids are asked for: %s',
    async (value) => {
      const tenant = await newTenant();
      const user = await tenant.user();
      const bulk = await refused(tenant, 'POST', `/users/${user}/applications/bulk`, `{"application_ids":${value}}`);
      expect(bulk.status).toBe(422);
      expect(bulk.body.detail).toEqual([
        { loc: expect.arrayContaining(['body', 'application_ids']), msg: expect.any(String), type: expect.any(String) },
      ]);
      const one = await refused(tenant, 'POST', `/users/${user}/applications`, `{"application_id":${value}}`);
      expect(one.status).toBe(422);
      expect(one.body).toEqual(wrongValue(one, ['body', 'application_id'], 'uuid'));
    },
  );

  it('lets the last of two members with one name count, as JSON.parse does, and nothing else', async () => {
    const tenant = await newTenant();
    const made = await tenant.api.call('POST', `${tenant.path}/users`, {
      raw: '{"user_name":"first","user_name":"last"}',
    });
    expect(made.status).toBe(201);
    expect((await storedRows(tenant.id)).users).toBe(1);
    expect(made.body.data.user_name).toBe('last');
  });
});

describe('a field that the route does not know', () => {
  it.each([
    'surname',
    'id',
    'tenant_id',
    'created_at',
    'userName',
    '',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'isPrototypeOf',
    '__defineGetter__',
  ])('is refused with 422 naming it: %j', async (name) => {
    const tenant = await newTenant();
    const answer = await refused(tenant, 'POST', '/users', JSON.stringify({ user_name: 'ada', [name]: 'x' }));
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(wrongValue(answer, ['body', name], 'unknown_field'));
  });

  it.each([
    '{"user_name":"ada","__proto__":{"status":"suspended"}}',
    '{"user_name":"ada","constructor":{"prototype":{"x":1}}}',
    '{"user_name":"ada","attributes":{"__proto__":{"x":1}}}',
  ])('is refused where it would reach for a prototype: %s', async (raw) => {
    const tenant = await newTenant();
    const answer = await refused(tenant, 'POST', '/users', raw);
    expect([400, 422]).toContain(answer.status);
    expect(answer.body).toEqual(refusal(answer, expect.any(String), expect.anything()));
  });

  it('is refused beside an assignment, too', async () => {
    const tenant = await newTenant();
    const [user, application] = [await tenant.user(), await tenant.application()];
    const body = JSON.stringify({ application_id: application, user_id: user, toString: 1 });
    const answer = await refused(tenant, 'POST', `/users/${user}/applications`, body);
    expect(answer.status).toBe(422);
    const names = (answer.body.detail as { loc: string[] }[]).map(({ loc }) => loc.join('.')).sort();
    expect(names).toEqual(['body.toString', 'body.user_id']);
  });
});

describe('text that no database can keep', () => {
  it.each([
    ['NUL', 'a\\u0000'],
    ['the first half of a pair', 'a\\ud800'],
    ['the second half of a pair', '\\udc00a'],
    ['halves the wrong way round', '\\udc00\\ud800'],
  ])('is refused with 422 where it stands: %s', async (_, text) => {
    const tenant = await newTenant();
    const value = await refused(tenant, 'POST', '/users', `{"user_name":"${text}"}`);
    expect(value.status).toBe(422);
    expect(value.body).toEqual(wrongValue(value, ['body', 'user_name'], 'unstorable_text'));
    const inner = await refused(
      tenant,
      'POST',
      '/users',
      `{"user_name":"a","attributes":{"list":[1,{"deep":"${text}"}]}}`,
    );
    expect(inner.status).toBe(422);
    expect(inner.body).toEqual(wrongValue(inner, ['body', 'attributes', 'list', 1, 'deep'], 'unstorable_text'));
    const name = await refused(tenant, 'POST', '/users', `{"user_name":"a","attributes":{"${text}":1}}`);
    expect(name.status).toBe(422);
    expect(name.body).toEqual(wrongValue(name, ['body', 'attributes'], 'unstorable_text'));
  });

  it('does not include pairs that are whole', async () => {
    const tenant = await newTenant();
    const made = await tenant.api.post(`${tenant.path}/users`, { user_name: '\u{1F600}'.repeat(200) });
    expect(made.status).toBe(201);
    expect(made.body.data.user_name).toBe('\u{1F600}'.repeat(200));
  });
});

describe('a name', () => {
  /** Zero-width space, soft hyphen, right-to-left override, Hangul filler, variation selector, a tag. */
  const UNSEEN = ['\u200b', '\u00ad', '\u202e', '\u3164', '\ufe0f', '\u{e0061}'];

  it('has no character that nobody sees, so that no two look the same', async () => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    const app = await tenant.application();
    for (const [at, unseen] of UNSEEN.entries()) {
      const name = `a${unseen}b`;
      const expected = 'text of 1 to 200 characters without control or invisible characters or spaces at its ends';
      const answers = await Promise.all([
        api.post(`${path}/users`, { user_name: name }),
        api.post(`${path}/groups`, { name }),
        api.post(`${path}/applications`, { name, type: 'oidc' }),
        api.post(`${path}/workspaces`, { name }),
        api.post(`${path}/roles`, { name, level: 'workspace' }),
      ]);
      for (const [which, answer] of answers.entries()) {
        const field = which === 0 ? 'user_name' : 'name';
        const msg = `${field} must be ${expected}, not "${name}"`;
        expect([answer.status, answer.body.detail]).toEqual([
          422,
          expect.arrayContaining([{ loc: ['body', field], msg, type: 'line' }]),
        ]);
      }
      const [role, entitlement] = await Promise.all([
        api.post(`/v1/applications/${app}/roles`, { role_name: name }),
        api.post('/v1.0/entitlements', { name, type: 'permission', application: app }),
      ]);
      expect([role.status, entitlement.status]).toEqual([422, 400]);
      // What people see, and nothing is told apart by, may have them: as in emoji, and in Persian.
      const seen = await api.post(`${path}/users`, { user_name: `u${at}`, display_name: name });
      expect([seen.status, seen.body.data.display_name]).toEqual([201, name]);
    }
    expect((await api.get(`${path}/users`)).body.pagination.total_items).toBe(UNSEEN.length);
  });
});

describe('free JSON', () => {
  it('is kept as it was sent, whatever its members are called', async () => {
    const tenant = await newTenant();
    const attributes = {
      constructor: { name: 'x' },
      toString: 1,
      then: [{ constructor: 2 }],
      length: 3,
      prototype: null,
      '': 0,
    };
    const made = await tenant.api.post(`${tenant.path}/users`, { user_name: 'ada', attributes });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toEqual(attributes);
  });

  it('is refused with 422 where it is nested too deep', async () => {
    const tenant = await newTenant();
    for (const deep of [HUGE_ARRAY, HUGE_OBJECT]) {
      const answer = await refused(tenant, 'POST', '/users', `{"user_name":"a","attributes":{"deep":${deep}}}`);
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(wrongValue(answer, ['body', 'attributes'], 'too_deep'));
    }
  });

  it('is refused with 422 where it has more than 16 KB, or would have after a patch', async () => {
    const tenant = await newTenant();
    const created = await refused(
      tenant,
      'POST',
      '/users',
      JSON.stringify({ user_name: 'a', attributes: { big: 'x'.repeat(16_384) } }),
    );
    expect(created.status).toBe(422);
    expect(created.body).toEqual(wrongValue(created, ['body', 'attributes'], 'json_object'));
    const user = await tenant.user('ada', { attributes: { half: 'x'.repeat(9000) } });
    const patched = await refused(
      tenant,
      'PATCH',
      `/users/${user}`,
      JSON.stringify({ attributes: { other: 'x'.repeat(9000) } }),
    );
    expect(patched.status).toBe(422);
    expect(patched.body).toEqual(wrongValue(patched, ['body', 'attributes'], 'json_object'));
  });

  it('is refused with 422 where a number is too large to be one, instead of being stored as null', async () => {
    const tenant = await newTenant();
    const answer = await refused(tenant, 'POST', '/users', '{"user_name":"a","attributes":{"a":1e999}}');
    expect(answer.status).toBe(422);
    expect(answer.body.detail).toEqual([
      { loc: ['body', 'attributes', 'a'], msg: expect.any(String), type: expect.any(String) },
    ]);
  });
});

describe('an id that is no UUID', () => {
  const ROUTES = [
    ['user_id', '/users/{}'],
    ['user_id', '/users/{}/applications'],
    ['user_id', '/users/{}/groups'],
    ['group_id', '/groups/{}/members'],
    ['group_id', '/groups/{}/applications'],
    ['application_id', '/applications/{}/assignees'],
    ['application_id', '/applications/{}/effective-users'],
    ['api_client_id', '/api-clients/{}'],
  ] as const;

  it.each(ROUTES)('is refused with 422 on the path: %s in %s', async (name, path) => {
    const tenant = await newTenant();
    const uuid = randomUUID();
    for (const id of [
      '1',
      'me',
      uuid.slice(1),
      `${uuid}0`,
      uuid.replaceAll('-', ''),
      `{${uuid}}`,
      '%00',
      "'",
      '..%2f..',
      '%F0%9F%98%80',
    ]) {
      const answer = await tenant.api.get(tenant.path + path.replace('{}', id));
      expect(answer.status).toBe(422);
      expect(answer.body).toEqual(wrongValue(answer, ['path', name], 'uuid'));
    }
  });

  it.each(ROUTES)('may be in upper case: %s in %s', async (name, path) => {
    const tenant = await newTenant();
    const made: Record<string, () => Promise<string>> = {
      user_id: () => tenant.user(),
      group_id: () => tenant.group(),
      application_id: () => tenant.application(),
      api_client_id: async () => {
        const client = await tenant.api.post(`${tenant.path}/api-clients`, { name: 'x', scopes: ['audit:read'] });
        return (client.body as { data: { id: string } }).data.id;
      },
    };
    const id = await made[name]!();
    const [lower, upper] = [
      await tenant.api.get(tenant.path + path.replace('{}', id)),
      await tenant.api.get(
        tenant.path.toUpperCase().replace('/API/V1/TENANTS', '/api/v1/tenants') + path.replace('{}', id.toUpperCase()),
      ),
    ];
    expect(upper.status).toBe(200);
    expect(upper.body).toEqual({ ...lower.body, meta: expect.anything() });
  });

  it('is refused as the tenant of the path', async () => {
    const tenant = await newTenant();
    const answer = await tenant.api.get('/api/v1/tenants/mine/users');
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(wrongValue(answer, ['path', 'tenant_id'], 'uuid'));
  });
});
