import type { ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const META = { request_id: expect.any(String), timestamp: expect.any(String) };
const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';
const LARGEST_ATTRIBUTES = 16_384;

const namesIn = (answer: ApiAnswer): string[] =>
  (answer.body.data as { user_name: string }[]).map((user) => user.user_name);

/** The names of the users that a search finds. */
const found = async ({ api, path }: TestTenant, search: string): Promise<string[]> =>
  namesIn(await api.get(`${path}/users?search=${encodeURIComponent(search)}`));

/** An object of exactly `bytes` bytes as compact JSON. */
const objectOf = (bytes: number, name = 'a'): object => ({ [name]: 'x'.repeat(bytes - `{"${name}":""}`.length) });

const refusalOf = (loc: string[], type: string): object => ({
  detail: [{ loc, msg: expect.any(String), type }],
  code: 'validation_failed',
  request_id: expect.any(String),
});

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

  it('keeps every field as it was sent and answers it again', async () => {
    const { api, path } = await newTenant();
    const fields = {
      user_name: 'Ada.Lovelace',
      email: 'ada@example.com',
      display_name: 'Ada, Countess of Lovelace 👩🏽‍💻',
      given_name: 'Ada',
      family_name: 'Lovelace',
      external_id: 'HR-1815',
      status: 'suspended',
      attributes: { department: 'Engineering', nested: { list: [1, 'two', null, { three: true }] }, empty: '' },
    };
    const made = await api.post(`${path}/users`, fields);
    const { created_at: createdAt } = made.body.data as { created_at: string };
    expect(made.body.data).toEqual({ ...fields, id: expect.any(String), created_at: createdAt, updated_at: createdAt });
    const read = await api.get(`${path}/users/${made.body.data.id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual({ data: made.body.data, meta: META });
    const upper = await api.get(`${path}/users/${String(made.body.data.id).toUpperCase()}`);
    expect(upper.body.data).toEqual(made.body.data);
  });

  it.each([
    [{}, ['user_name'], 'missing'],
    [{ user_name: '' }, ['user_name'], 'line'],
    [{ user_name: ' ada' }, ['user_name'], 'line'],
    [{ user_name: 'a\tb' }, ['user_name'], 'line'],
    [{ user_name: 'x'.repeat(201) }, ['user_name'], 'line'],
    [{ user_name: null }, ['user_name'], 'line'],
    [{ user_name: 'a', email: 'nobody' }, ['email'], 'email'],
    [{ user_name: 'a', status: 'deleted' }, ['status'], 'choice'],
    [{ user_name: 'a', attributes: [] }, ['attributes'], 'json_object'],
    [{ user_name: 'a', id: NOBODY }, ['id'], 'unknown_field'],
    [{ user_name: 'a', constructor: 1 }, ['constructor'], 'unknown_field'],
  ])('refuses %j and makes nobody', async (body, [field], type) => {
    const { api, path } = await newTenant();
    const answer = await api.post(`${path}/users`, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(refusalOf(['body', field!], type));
    expect((await api.get(`${path}/users`)).body.data).toEqual([]);
  });

  it('counts the 200 characters of a name in characters, not in bytes', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/users`, { user_name: '👩'.repeat(200) });
    expect(made.status).toBe(201);
    expect(made.body.data.user_name).toBe('👩'.repeat(200));
  });

  it('are 404 where the tenant has none of this id, and in another tenant', async () => {
    const [{ api, path }, other] = await Promise.all([newTenant(), newTenant()]);
    const stranger = await other.user();
    for (const id of [NOBODY, stranger]) {
      for (const answer of [
        await api.get(`${path}/users/${id}`),
        await api.patch(`${path}/users/${id}`, { display_name: 'Mine' }),
        await api.delete(`${path}/users/${id}`),
      ]) {
        expect(answer.status).toBe(404);
        expect(answer.body).toEqual({
          detail: `No user ${id} in this tenant.`,
          code: 'user_not_found',
          request_id: expect.any(String),
        });
      }
    }
    expect((await other.api.get(`${other.path}/users/${stranger}`)).body.data.display_name).toBeNull();
  });
});

describe('the list of users', () => {
  it('is empty at first, and then in the order in which they were made', async () => {
    const { api, path, user } = await newTenant();
    expect((await api.get(`${path}/users`)).body).toEqual({
      data: [],
      pagination: { page: 1, per_page: 50, total_items: 0, total_pages: 0, next_cursor: null },
      meta: META,
    });
    for (const name of ['zoe', 'ada', 'bob']) await user(name);
    const listed = await api.get(`${path}/users`);
    expect(namesIn(listed)).toEqual(['zoe', 'ada', 'bob']);
    expect(listed.body.data[1]).toEqual((await api.get(`${path}/users/${listed.body.data[1].id}`)).body.data);
    expect(listed.body.pagination).toEqual({
      page: 1,
      per_page: 50,
      total_items: 3,
      total_pages: 1,
      next_cursor: null,
    });
  });

  it('finds by user name, names and e-mail address whatever the case, and by nothing else', async () => {
    const tenant = await newTenant();
    await tenant.user('ada', {
      display_name: 'Countess',
      given_name: 'Augusta',
      family_name: 'Byron',
      email: 'al@engine.org',
    });
    await tenant.user('bob', { external_id: 'countess', attributes: { title: 'countess' } });
    await tenant.user('ＷＩＤＥ');
    for (const search of ['ADA', 'ountes', 'augusta', 'BYRON', 'engine.org'])
      expect(await found(tenant, search)).toEqual(['ada']);
    expect(await found(tenant, 'wide')).toEqual(['ＷＩＤＥ']);
    expect(await found(tenant, 'nobody')).toEqual([]);
  });

  it('takes wildcards and quotes of a search as the characters that they are', async () => {
    const tenant = await newTenant();
    for (const name of ['100%', '100', 'a_b', 'aXb', 'back\\slash', "o'hara"]) await tenant.user(name);
    expect(await found(tenant, '%')).toEqual(['100%']);
    expect(await found(tenant, 'a_b')).toEqual(['a_b']);
    expect(await found(tenant, '\\')).toEqual(['back\\slash']);
    expect(await found(tenant, "'")).toEqual(["o'hara"]);
  });

  it('filters by status, alone and with a search, and counts what it filters', async () => {
    const { api, path, user } = await newTenant();
    for (const name of ['ada', 'adam', 'bob']) await user(name, { status: name === 'ada' ? 'active' : 'suspended' });
    const suspended = await api.get(`${path}/users?status=suspended`);
    expect(namesIn(suspended)).toEqual(['adam', 'bob']);
    expect(suspended.body.pagination.total_items).toBe(2);
    expect(namesIn(await api.get(`${path}/users?status=suspended&search=ada`))).toEqual(['adam']);
    expect(namesIn(await api.get(`${path}/users?status=active`))).toEqual(['ada']);
  });

  it.each([
    ['status=deleted', 'status', 'choice'],
    ['search=', 'search', 'text'],
    ['search=a&search=b', 'search', 'text'],
    ['name=ada', 'name', 'unknown_field'],
  ])('refuses ?%s', async (query, field, type) => {
    const { api, path } = await newTenant();
    const answer = await api.get(`${path}/users?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(refusalOf(['query', field], type));
  });
});

describe('a merge patch of a user', () => {
  it('changes what it names, takes away what is null, and leaves the rest', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/users`, {
      user_name: 'ada',
      email: 'ada@example.com',
      display_name: 'Ada',
      given_name: 'Ada',
      external_id: 'hr-1',
      attributes: { keep: 1 },
    });
    const url = `${path}/users/${made.body.data.id}`;
    const patched = await api.patch(
      url,
      { user_name: 'countess', email: null, external_id: null, given_name: 'Augusta', status: 'suspended' },
      { headers: { 'content-type': 'application/merge-patch+json' } },
    );
    expect(patched.status).toBe(200);
    expect(patched.body.data).toEqual({
      ...made.body.data,
      user_name: 'countess',
      email: null,
      external_id: null,
      given_name: 'Augusta',
      status: 'suspended',
      updated_at: expect.any(String),
    });
    expect((await api.get(url)).body.data).toEqual(patched.body.data);
    expect(namesIn(await api.get(`${path}/users?search=countess`))).toEqual(['countess']);
    expect(namesIn(await api.get(`${path}/users?search=example.com`))).toEqual([]);
  });

  // RFC 7396, appendix A, as far as its targets are objects; and what it says of arrays and deep nulls.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{ a: 'text' }, { a: { b: { c: 1, d: null } } }, { a: { b: { c: 1 } } }],
    [{ a: [1, 2] }, { a: [null, { b: null }] }, { a: [null, { b: null }] }],
    [{ a: 1, b: { c: 2 } }, null, {}],
  ])('merges attributes %j with %j to %j', async (before, attributes, after) => {
    const { api, path, user } = await newTenant();
    const url = `${path}/users/${await user('ada', { attributes: before })}`;
    const patched = await api.patch(url, { attributes });
    expect(patched.status).toBe(200);
    expect(patched.body.data.attributes).toEqual(after);
    expect((await api.get(url)).body.data.attributes).toEqual(after);
  });

  it.each([
    [{ user_name: null }, 'user_name', 'line'],
    [{ status: null }, 'status', 'choice'],
    [{ attributes: [1] }, 'attributes', 'json_object'],
    [{ nickname: 'Ada' }, 'nickname', 'unknown_field'],
    [{ created_at: '2026-01-01T00:00:00Z' }, 'created_at', 'unknown_field'],
  ])('refuses %j and changes nothing', async (patch, field, type) => {
    const { api, path, user } = await newTenant();
    const url = `${path}/users/${await user('ada')}`;
    const before = await api.get(url);
    const answer = await api.patch(url, { display_name: 'Changed', ...patch });
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(refusalOf(['body', field], type));
    expect((await api.get(url)).body.data).toEqual(before.body.data);
  });

  it('cannot take the name or external id of somebody else, but may change the case of its own', async () => {
    const { api, path, user } = await newTenant();
    await user('bob', { external_id: 'hr-2' });
    const url = `${path}/users/${await user('ada', { external_id: 'hr-1' })}`;
    const nameTaken = await api.patch(url, { user_name: 'BOB' });
    expect(nameTaken.status).toBe(409);
    expect(nameTaken.body).toEqual({
      detail: 'user_name "BOB" is already taken in this tenant; choose another.',
      code: 'user_name_taken',
      request_id: expect.any(String),
    });
    expect((await api.patch(url, { external_id: 'hr-2' })).body.code).toBe('external_id_taken');
    expect((await api.patch(url, { user_name: 'ADA', external_id: 'HR-2' })).body.data).toMatchObject({
      user_name: 'ADA',
      external_id: 'HR-2',
    });
  });
});

describe('attributes of a user', () => {
  it('hold 16 KB of compact JSON and not a byte more', async () => {
    const { api, path } = await newTenant();
    const full = await api.post(`${path}/users`, { user_name: 'full', attributes: objectOf(LARGEST_ATTRIBUTES) });
    expect(full.status).toBe(201);
    const over = await api.post(`${path}/users`, { user_name: 'over', attributes: objectOf(LARGEST_ATTRIBUTES + 1) });
    expect(over.status).toBe(422);
    expect(over.body).toEqual(refusalOf(['body', 'attributes'], 'json_object'));
    // Each of these letters is two bytes.
    const wide = { a: 'é'.repeat(LARGEST_ATTRIBUTES / 2) };
    expect((await api.post(`${path}/users`, { user_name: 'wide', attributes: wide })).status).toBe(422);
    expect(namesIn(await api.get(`${path}/users`))).toEqual(['full']);
  });

  it('cannot grow beyond it by merging, and can be replaced within it', async () => {
    const { api, path, user } = await newTenant();
    const url = `${path}/users/${await user('ada', { attributes: objectOf(10_000, 'a') })}`;
    const grown = await api.patch(url, { attributes: objectOf(10_000, 'b'), display_name: 'Changed' });
    expect(grown.status).toBe(422);
    expect(grown.body).toEqual(refusalOf(['body', 'attributes'], 'json_object'));
    expect((await api.get(url)).body.data).toMatchObject({ display_name: null, attributes: objectOf(10_000, 'a') });
    const replaced = await api.patch(url, { attributes: { ...objectOf(10_000, 'b'), a: null } });
    expect(replaced.body.data.attributes).toEqual(objectOf(10_000, 'b'));
    expect((await api.patch(url, { attributes: objectOf(LARGEST_ATTRIBUTES + 1, 'b') })).status).toBe(422);
  });

  it('keep their members whatever they are called', async () => {
    const { api, path } = await newTenant();
    const attributes = {
      constructor: 'Brunel',
      toString: 1,
      hasOwnProperty: null,
      inner: { constructor: { a: 1 }, valueOf: 2, then: 3, toJSON: 4, length: 5 },
    };
    const made = await api.post(`${path}/users`, { user_name: 'ada', attributes });
    expect(made.status).toBe(201);
    expect(made.body.data.attributes).toEqual(attributes);
    const merged = await api.patch(`${path}/users/${made.body.data.id}`, {
      attributes: { inner: { valueOf: null, isPrototypeOf: 6 } },
    });
    const { valueOf: _, ...inner } = attributes.inner;
    expect(merged.body.data.attributes).toEqual({ ...attributes, inner: { ...inner, isPrototypeOf: 6 } });
  });

  it('refuse numbers that no double holds instead of losing them', async () => {
    const { api, path, user } = await newTenant();
    const answer = await api.call('PATCH', `${path}/users/${await user('ada')}`, {
      raw: '{"attributes":{"big":1e400}}',
    });
    expect(answer.status).toBe(422);
  });
});

describe('a user name', () => {
  it.each([
    ['Ada', 'ADA'],
    ['Straße', 'STRASSE'], // the upper case of ß is SS
    ['İstanbul', 'i̇STANBUL'], // the lower case of İ is i and a dot above
    ['ＡＤＡ', 'ada'], // full-width letters
    ['ΟΔΟΣ', 'οδος'], // sigma at the end of a word
    ['ΟΔΟΣ', 'οδοσ'],
    ['José', 'JOSE\u0301'], // composed and decomposed
    ['\u212Aelvin', 'kelvin'], // the Kelvin sign
    ['ﬁn', 'FIN'], // a ligature
    ['ǅ', 'ǆ'], // title case
  ])('%j is the same as %j', async (first, second) => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    await tenant.user(first);
    const answer = await api.post(`${path}/users`, { user_name: second });
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      detail: `user_name "${second}" is already taken in this tenant; choose another.`,
      code: 'user_name_taken',
      request_id: expect.any(String),
    });
    expect(namesIn(await api.get(`${path}/users`))).toEqual([first]);
    expect(await found(tenant, second)).toEqual([first]);
  });

  it.each([
    ['e', 'é'],
    ['a', 'а'], // Latin and Cyrillic
  ])('%j is another than %j', async (first, second) => {
    const { api, path, user } = await newTenant();
    await user(first);
    expect((await api.post(`${path}/users`, { user_name: second })).status).toBe(201);
  });

  it('is unique in its tenant alone, and free again after a deletion', async () => {
    const [one, two] = await Promise.all([newTenant(), newTenant()]);
    const id = await one.user('ada', { external_id: 'hr-1' });
    await two.user('ada', { external_id: 'hr-1' });
    expect((await one.api.delete(`${one.path}/users/${id}`)).status).toBe(204);
    await one.user('ADA', { external_id: 'hr-1' });
  });

  it('is given once where 20 ask for it at the same moment in different case', async () => {
    const { api, path } = await newTenant();
    const names = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'ada lovelace' : 'ADA Lovelace'));
    const answers = await Promise.all(names.map((name) => api.post(`${path}/users`, { user_name: name })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    expect((await api.get(`${path}/users`)).body.pagination.total_items).toBe(1);
  });
});

describe('the deletion of a user', () => {
  it('removes the memberships and assignments that hang on it, and nothing else', async () => {
    const { id, api, path, user, group, application } = await newTenant();
    const [ada, bob] = [await user('ada'), await user('bob')];
    const [groupId, app] = [await group('team', [ada, bob]), await application()];
    for (const userId of [ada, bob]) await api.put(`${path}/users/${userId}/applications/${app}`);

    const deleted = await api.delete(`${path}/users/${ada}`);
    expect([deleted.status, deleted.body]).toEqual([204, null]);
    expect(await sql('SELECT user_id FROM group_members WHERE tenant_id = $1', [id])).toEqual([{ user_id: bob }]);
    expect(await sql('SELECT user_id FROM assignments WHERE tenant_id = $1', [id])).toEqual([{ user_id: bob }]);
    expect(namesIn(await api.get(`${path}/users`))).toEqual(['bob']);
    expect((await api.get(`${path}/groups/${groupId}/members`)).body.pagination.total_items).toBe(1);
    expect((await api.delete(`${path}/users/${ada}`)).status).toBe(404);
  });
});
