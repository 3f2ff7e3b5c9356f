import { Api, platformApi, tokenOf, type ApiAnswer } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';

const withKey = (key: string): { headers: Record<string, string> } => ({ headers: { 'idempotency-key': key } });

const isReplay = ({ headers }: ApiAnswer): boolean => headers.get('idempotency-replayed') === 'true';

async function count(table: string, tenantId: string): Promise<number> {
  const [row] = await sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1`, [tenantId]);
  return row!.n;
}

/** The answer is the first one again; `meta` alone is its own. */
function expectSame(repeat: ApiAnswer, first: ApiAnswer): void {
  expect(repeat.status).toBe(first.status);
  expect(repeat.body.data).toEqual(first.body.data);
  for (const header of ['etag', 'location']) expect(repeat.headers.get(header)).toBe(first.headers.get(header));
  expect([isReplay(first), isReplay(repeat)]).toEqual([false, true]);
  expect(repeat.body.meta.request_id).not.toBe(first.body.meta.request_id);
  expect(repeat.body.meta.request_id).toBe(repeat.headers.get('x-request-id'));
}

describe('a POST with an Idempotency-Key', () => {
  it('is answered as the first time, whatever it makes', async () => {
    const { id, api, path, user, group, application } = await newTenant();
    const [userId, groupId, app, other] = [await user(), await group(), await application(), await application()];
    const client = await api.post(`${path}/api-clients`, { name: 'Import', scopes: ['directory:read'] });
    const posts: [string, object | undefined][] = [
      ['users', { user_name: 'ada' }],
      ['groups', { name: 'team' }],
      ['applications', { name: 'CRM' }],
      ['api-clients', { name: 'Export', scopes: ['directory:read'] }],
      [`api-clients/${client.body.data.id}/rotate`, undefined],
      [`api-clients/${client.body.data.id}/revoke`, undefined],
      [`groups/${groupId}/members`, { user_ids: [userId] }],
      [`users/${userId}/applications`, { application_id: app }],
      [`groups/${groupId}/applications`, { application_id: app }],
      [`users/${userId}/applications/bulk`, { application_ids: [app, other] }],
      [`groups/${groupId}/applications/bulk`, { application_ids: [app, other] }],
    ];
    for (const [index, [url, body]] of posts.entries()) {
      const first = await api.post(`${path}/${url}`, body, withKey(`key ${index}`));
      expect([url, first.status < 300]).toEqual([url, true]);
      const events = await count('audit_events', id);
      expectSame(await api.post(`${path}/${url}`, body, withKey(`key ${index}`)), first);
      expect(await count('audit_events', id)).toBe(events);
    }
    expect(await count('users', id)).toBe(2);
    expect(await count('group_members', id)).toBe(1);
    expect(await count('assignments', id)).toBe(4);
  });

  it('is answered as the first time on the platform as well', async () => {
    const platform = await platformApi();
    const { id } = await newTenant();
    const body = { slug: `i-${id}`, name: 'Once' };
    const first = await platform.post('/api/v1/tenants', body, withKey(id));
    expect(first.status).toBe(201);
    expectSame(await platform.post('/api/v1/tenants', body, withKey(id)), first);
    const kept = await platform.post('/api/v1/tenants', { ...body, name: 'Twice' }, withKey(id));
    expect([kept.status, kept.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('answers what was made then, also when it has changed or gone since', async () => {
    const { api, path } = await newTenant();
    const first = await api.post(`${path}/users`, { user_name: 'ada' }, withKey('k'));
    const url = `${path}/users/${first.body.data.id}`;
    await api.patch(url, { display_name: 'Changed' });
    expectSame(await api.post(`${path}/users`, { user_name: 'ada' }, withKey('k')), first);
    await api.delete(url);
    expectSame(await api.post(`${path}/users`, { user_name: 'ada' }, withKey('k')), first);
    expect((await api.get(`${path}/users`)).body.data).toEqual([]);
  });

  it('is refused with another body, or at another URL, and the first answer stays', async () => {
    const { id, api, path } = await newTenant();
    const first = await api.post(`${path}/users`, { user_name: 'ada' }, withKey('k'));
    for (const other of [
      await api.post(`${path}/users`, { user_name: 'bob' }, withKey('k')),
      await api.post(`${path}/users`, { user_name: 'ada', email: 'ada@example.com' }, withKey('k')),
      await api.post(`${path}/users`, {}, withKey('k')),
      await api.post(`${path}/groups`, { user_name: 'ada' }, withKey('k')),
    ]) {
      expect(other.status).toBe(422);
      expect(other.body).toEqual({
        detail: [
          { loc: ['header', 'Idempotency-Key'], msg: 'was used for another request', type: 'idempotency_key_reused' },
        ],
        code: 'idempotency_key_reused',
        request_id: expect.any(String),
      });
    }
    expectSame(await api.post(`${path}/users`, { user_name: 'ada' }, withKey('k')), first);
    expect([await count('users', id), await count('groups', id)]).toEqual([1, 0]);
  });

  it('makes one row where 20 come at the same moment, and all get its answer', async () => {
    const { id, api, path } = await newTenant();
    const body = { name: 'CRM' }; // Nothing but the key keeps these apart: names of applications need not differ.
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post(`${path}/applications`, body, withKey('k'))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map((answer) => answer.body.data.id as string)).size).toBe(1);
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(await count('applications', id)).toBe(1);
  });

  it('runs once for each key where 40 with 20 keys come at the same moment', async () => {
    const { id, api, path } = await newTenant();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => api.post(`${path}/applications`, { name: 'CRM' }, withKey(`k${at % 20}`))),
    );
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(answers.filter(isReplay)).toHaveLength(20);
    expect(await count('applications', id)).toBe(20);
  });

  it('is refused again as the first time, also where it would succeed by now', async () => {
    const { id, api, path, user, group, application } = await newTenant();
    const [ada, groupId, app] = [await user('ada'), await group(), await application()];
    const { id: unknown } = (await api.post(`${path}/users`, { user_name: 'gone' })).body.data as { id: string };
    await api.delete(`${path}/users/${unknown}`);
    const posts: [string, object, number][] = [
      ['users', { user_name: 'ADA' }, 409],
      ['users', { name: 'ada' }, 422],
      [`groups/${groupId}/members`, { user_ids: [ada, unknown] }, 404],
      [`users/${ada}/applications`, { application_id: unknown }, 404],
    ];
    const refusals: ApiAnswer[] = [];
    for (const [index, [url, body, status]] of posts.entries()) {
      refusals.push(await api.post(`${path}/${url}`, body, withKey(`key ${index}`)));
      expect([url, refusals[index]!.status]).toEqual([url, status]);
    }
    await api.patch(`${path}/users/${ada}`, { user_name: 'another' });
    await api.put(`${path}/users/${ada}/applications/${app}`);
    for (const [index, [url, body, status]] of posts.entries()) {
      const repeat = await api.post(`${path}/${url}`, body, withKey(`key ${index}`));
      expect(repeat.status).toBe(status);
      const { request_id: own, ...same } = repeat.body as Record<string, unknown>;
      expect({ ...same, request_id: refusals[index]!.body.request_id }).toEqual(refusals[index]!.body);
      expect(own).toBe(repeat.headers.get('x-request-id'));
    }
    expect([await count('users', id), await count('group_members', id)]).toEqual([1, 0]);
  });

  it('is not held by a refusal that came before its work: no token, no scope, no JSON', async () => {
    const { api, path, apiWith } = await newTenant();
    const reader = await apiWith('directory:read');
    expect((await reader.post(`${path}/users`, { user_name: 'ada' }, withKey('k'))).status).toBe(403);
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
    expect((await api.call('POST', `${path}/users`, { raw: '{', headers })).status).toBe(400);
    expect((await api.post(`${path}/users`, { user_name: 'ada' }, withKey('k'))).status).toBe(201);
  });

  it('means nothing to other clients, other tenants and the platform', async () => {
    const [{ id, api, path, apiWith }, other] = await Promise.all([newTenant(), newTenant()]);
    const [second, platform] = [await apiWith('applications:write'), await platformApi()];
    const callers: [Api, string][] = [
      [api, path],
      [second, path],
      [platform, path],
      [other.api, other.path],
      [platform, other.path],
    ];
    const made = [];
    for (const [caller, base] of callers) {
      const first = await caller.post(`${base}/applications`, { name: 'CRM' }, withKey('k'));
      expect([first.status, isReplay(first)]).toEqual([201, false]);
      made.push(first);
    }
    expect(new Set(made.map((answer) => answer.body.data.id as string)).size).toBe(5);
    for (const [index, [caller, base]] of callers.entries()) {
      expectSame(await caller.post(`${base}/applications`, { name: 'CRM' }, withKey('k')), made[index]!);
    }
    expect([await count('applications', id), await count('applications', other.id)]).toEqual([3, 2]);
  });

  it('means nothing to other methods', async () => {
    const { id, api, path } = await newTenant();
    const made = await api.post(`${path}/users`, { user_name: 'ada' }, withKey('k'));
    const url = `${path}/users/${made.body.data.id}`;
    const patched = await api.patch(url, { display_name: 'Ada' }, withKey('k'));
    expect([patched.status, isReplay(patched), patched.body.data.display_name]).toEqual([200, false, 'Ada']);
    expect((await api.get(url, withKey('k'))).body.data.display_name).toBe('Ada');
    expect((await api.delete(url, withKey('k'))).status).toBe(204);
    expect(await count('idempotency_keys', id)).toBe(1);
  });

  it('is made by the same client with another token of it', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/api-clients`, { name: 'Import', scopes: ['applications:write'] });
    const { client_id: clientId, client_secret: secret } = made.body.data as Record<string, string>;
    const tokens = [await tokenOf(api.url, clientId!, secret!), await tokenOf(api.url, clientId!, secret!)];
    expect(tokens[0]).not.toBe(tokens[1]);
    const answers = [];
    for (const token of tokens) {
      answers.push(await new Api(api.url, token).post(`${path}/applications`, { name: 'CRM' }, withKey('k')));
    }
    expectSame(answers[1]!, answers[0]!);
  });
});

describe('an Idempotency-Key', () => {
  it.each(['k', 'x'.repeat(255), '!"#$%&()*+,-./:;<=>?@[]^_`{|}~', 'with spaces inside', '01a2018f-b7ef-7b83'])(
    '%j is taken',
    async (key) => {
      const { api, path } = await newTenant();
      const first = await api.post(`${path}/users`, { user_name: 'ada' }, withKey(key));
      expect(first.status).toBe(201);
      expectSame(await api.post(`${path}/users`, { user_name: 'ada' }, withKey(key)), first);
    },
  );

  it.each(['x'.repeat(256), 'x'.repeat(4000), '', 'é', 'a\tb'])('%j is refused, and nothing is made', async (key) => {
    const { id, api, path } = await newTenant();
    const answer = await api.post(`${path}/users`, { user_name: 'ada' }, withKey(key));
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual({
      detail: [{ loc: ['header', 'Idempotency-Key'], msg: expect.any(String), type: 'idempotency_key' }],
      code: 'validation_failed',
      request_id: expect.any(String),
    });
    expect(await count('users', id)).toBe(0);
  });

  it('is remembered for 24 hours and then new again', async () => {
    const { id, api, path } = await newTenant();
    const age = (interval: string): Promise<object[]> =>
      sql(`UPDATE idempotency_keys SET created_at = now() - $2::interval WHERE tenant_id = $1`, [id, interval]);
    const first = await api.post(`${path}/applications`, { name: 'CRM' }, withKey('k'));
    await age('23 hours 59 minutes');
    expectSame(await api.post(`${path}/applications`, { name: 'CRM' }, withKey('k')), first);
    await age('24 hours 1 second');
    const next = await api.post(`${path}/applications`, { name: 'Another' }, withKey('k'));
    expect([next.status, isReplay(next), next.body.data.name]).toEqual([201, false, 'Another']);
    expectSame(await api.post(`${path}/applications`, { name: 'Another' }, withKey('k')), next);
    expect(await count('applications', id)).toBe(2);
  });

  it('that is too old is swept away with its answer by the next one', async () => {
    const { id, api, path } = await newTenant();
    for (const key of ['a', 'b', 'c']) await api.post(`${path}/applications`, { name: 'CRM' }, withKey(key));
    await sql(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE tenant_id = $1`, [id]);
    await api.post(`${path}/applications`, { name: 'CRM' }, withKey('d'));
    expect(await count('idempotency_keys', id)).toBe(1);
  });
});

describe('the kept answer of a new API client', () => {
  it('has the same secret, which no stored byte shows', async () => {
    const { id, api, path } = await newTenant();
    const key = 'the-key-of-the-new-client';
    const body = { name: 'Import', scopes: ['directory:read'] };
    const first = await api.post(`${path}/api-clients`, body, withKey(key));
    const repeat = await api.post(`${path}/api-clients`, body, withKey(key));
    expectSame(repeat, first);
    const { client_secret: secret, id: clientId } = first.body.data as { client_secret: string; id: string };
    const rotated = await api.post(`${path}/api-clients/${clientId}/rotate`, undefined, withKey('rotate'));
    const secrets = [secret, rotated.body.data.client_secret as string];
    expect(secrets.map((each) => each.length > 30)).toEqual([true, true]);

    const rows = await sql<Record<string, unknown>>('SELECT * FROM idempotency_keys WHERE tenant_id = $1', [id]);
    expect(rows).toHaveLength(2);
    const stored = Buffer.concat(
      rows.flatMap((row) =>
        Object.values(row).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value)))),
      ),
    );
    expect(stored.length).toBeGreaterThan(500);
    for (const each of secrets) {
      for (const bytes of [
        Buffer.from(each),
        Buffer.from(each, 'base64url'),
        Buffer.from(Buffer.from(each).toString('base64')),
      ]) {
        expect(stored.includes(bytes)).toBe(false);
      }
    }
    // The key opens the answer, so it is not kept either.
    expect(stored.includes(Buffer.from(key))).toBe(false);
  });
});
