import { platformApi, type Api } from '../support/api.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

/** One kind of resource that has versions. */
interface Versioned {
  readonly name: string;
  /** The body that makes one. */
  readonly body: (unique: string) => object;
  /** The field that a patch changes. */
  readonly field: string;
  readonly collection: (tenant: TestTenant) => string;
  readonly api: (tenant: TestTenant) => Promise<Api>;
}

const ofTenant = async ({ api }: TestTenant): Promise<Api> => Promise.resolve(api);

const KINDS: readonly Versioned[] = [
  {
    name: 'user',
    body: (unique) => ({ user_name: unique, attributes: { a: 1 } }),
    field: 'display_name',
    collection: ({ path }) => `${path}/users`,
    api: ofTenant,
  },
  {
    name: 'group',
    body: (unique) => ({ name: unique }),
    field: 'description',
    collection: ({ path }) => `${path}/groups`,
    api: ofTenant,
  },
  {
    name: 'application',
    body: (unique) => ({ name: unique }),
    field: 'description',
    collection: ({ path }) => `${path}/applications`,
    api: ofTenant,
  },
  {
    name: 'workspace',
    body: (unique) => ({ name: unique }),
    field: 'description',
    collection: ({ path }) => `${path}/workspaces`,
    api: ofTenant,
  },
  {
    name: 'API client',
    body: (unique) => ({ name: unique, scopes: ['directory:read'] }),
    field: 'name',
    collection: ({ path }) => `${path}/api-clients`,
    api: ofTenant,
  },
  {
    name: 'tenant',
    body: (unique) => ({ slug: unique, name: unique }),
    field: 'name',
    collection: () => '/api/v1/tenants',
    api: async () => platformApi(),
  },
];

const ifMatch = (tags: string): { headers: Record<string, string> } => ({ headers: { 'if-match': tags } });
const ifNoneMatch = (tags: string): { headers: Record<string, string> } => ({ headers: { 'if-none-match': tags } });

const mismatchAt = (version: number): object => ({
  detail: `The resource is at version "${version}"; read it again and send its ETag in If-Match.`,
  code: 'version_mismatch',
  request_id: expect.any(String),
});

describe.each(KINDS)('a $name', ({ body, field, collection, api: apiOf }) => {
  /** A new one, at version 1. */
  async function made(): Promise<{ api: Api; url: string; data: Record<string, unknown> }> {
    const tenant = await newTenant();
    const api = await apiOf(tenant);
    const answer = await api.post(collection(tenant), body(`v-${tenant.id}`));
    expect(answer.status).toBe(201);
    const data = answer.body.data as Record<string, unknown>;
    const url = `${collection(tenant)}/${String(data.id)}`;
    // PUBLIC_URL of the services of the tests is the URL that they listen on.
    expect(answer.headers.get('location')).toBe(`${api.url}${url}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    return { api, url, data };
  }

  it('has an ETag that every change moves and nothing else does', async () => {
    const { api, url } = await made();
    expect((await api.get(url)).headers.get('etag')).toBe('"1"');
    const patched = await api.patch(url, { [field]: 'First' });
    expect(patched.headers.get('etag')).toBe('"2"');
    const read = await api.get(url);
    expect(read.headers.get('etag')).toBe('"2"');
    expect(read.body.data).toEqual(patched.body.data);
    for (const nothing of [{}, { [field]: 'First' }]) {
      const same = await api.patch(url, nothing);
      expect(same.status).toBe(200);
      expect(same.headers.get('etag')).toBe('"2"');
      expect(same.body.data).toEqual(read.body.data);
    }
    expect((await api.patch(url, { [field]: 7 })).status).toBe(422);
    expect((await api.get(url)).headers.get('etag')).toBe('"2"');
  });

  it('is changed where If-Match names its version, or any', async () => {
    const { api, url } = await made();
    expect((await api.patch(url, { [field]: 'First' }, ifMatch('"1"'))).status).toBe(200);
    expect((await api.patch(url, { [field]: 'Second' }, ifMatch('*'))).status).toBe(200);
    // RFC 9110 section 13.1.1: true where any of the listed tags matches.
    const listed = await api.patch(url, { [field]: 'Third' }, ifMatch('"1", "3" ,"77"'));
    expect(listed.status).toBe(200);
    expect(listed.headers.get('etag')).toBe('"4"');
    expect((await api.get(url)).body.data[field]).toBe('Third');
  });

  it('is left alone where If-Match names another version, a weak tag or no tag at all', async () => {
    const { api, url, data } = await made();
    const { client_secret: _, ...shown } = data;
    // RFC 9110 section 13.1.1: If-Match compares strongly, so a weak tag never matches.
    for (const tags of [
      '"2"',
      '"0"',
      'W/"1"',
      'W/"1", "2"',
      '"2", "3"',
      '1',
      '"01"',
      '"1',
      '""',
      '"one"',
      `"${'9'.repeat(20)}"`,
    ]) {
      for (const answer of [
        await api.patch(url, { [field]: 'Lost' }, ifMatch(tags)),
        await api.patch(url, {}, ifMatch(tags)),
        await api.delete(url, ifMatch(tags)),
      ]) {
        expect([tags, answer.status]).toEqual([tags, 412]);
        expect(answer.body).toEqual(mismatchAt(1));
      }
    }
    expect((await api.get(url)).body.data).toEqual(shown);
  });

  it('is deleted where If-Match names its version', async () => {
    const { api, url } = await made();
    await api.patch(url, { [field]: 'First' });
    expect((await api.delete(url, ifMatch('"1"'))).body).toEqual(mismatchAt(2));
    expect((await api.delete(url, ifMatch('"2"'))).status).toBe(204);
    expect((await api.get(url)).status).toBe(404);
    expect((await api.delete(url, ifMatch('"2"'))).status).toBe(404);
  });

  it('is deleted once where two delete the same version, and not by who saw an older one', async () => {
    const { api, url } = await made();
    const [patched, deleted] = await Promise.all([
      api.patch(url, { [field]: 'Changed' }, ifMatch('"1"')),
      api.delete(url, ifMatch('"1"')),
    ]);
    expect([
      [200, 412],
      [404, 204],
    ]).toContainEqual([patched.status, deleted.status]);
  });

  it('is not sent again to who has its version', async () => {
    const { api, url } = await made();
    for (const tags of ['"1"', 'W/"1"', '"7", "1"', '*']) {
      const unchanged = await api.get(url, ifNoneMatch(tags));
      expect([tags, unchanged.status]).toEqual([tags, 304]);
      expect(unchanged.body).toBeNull();
      expect(unchanged.headers.get('etag')).toBe('"1"');
      expect(unchanged.headers.get('x-request-id')).toEqual(expect.any(String));
    }
    for (const tags of ['"2"', '"11"', '1', '"7", "8"'])
      expect((await api.get(url, ifNoneMatch(tags))).status).toBe(200);
    await api.patch(url, { [field]: 'First' });
    const fresh = await api.get(url, ifNoneMatch('"1"'));
    expect(fresh.status).toBe(200);
    expect(fresh.body.data[field]).toBe('First');
  });

  it('loses no change where 20 who saw the same version change it at the same moment', async () => {
    const { api, url } = await made();
    for (const version of [1, 2, 3]) {
      const names = Array.from({ length: 20 }, (_, at) => `Change ${version}.${at}`);
      const answers = await Promise.all(
        names.map((name) => api.patch(url, { [field]: name }, ifMatch(`"${version}"`))),
      );
      const winners = answers.flatMap(({ status }, at) => (status === 200 ? [names[at]] : []));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
      const read = await api.get(url);
      expect([read.body.data[field]]).toEqual(winners);
      expect(read.headers.get('etag')).toBe(`"${version + 1}"`);
    }
  });
});

describe('the version of a user', () => {
  it('counts every one of 20 changes of different fields at the same moment', async () => {
    const { api, path, user } = await newTenant();
    const url = `${path}/users/${await user()}`;
    const patches = Array.from({ length: 20 }, (_, at) => ({ attributes: { [`field${at}`]: at } }));
    const answers = await Promise.all(patches.map((patch) => api.patch(url, patch)));
    const tags = answers.map(({ headers }) => headers.get('etag'));
    expect(new Set(tags)).toEqual(new Set(Array.from({ length: 20 }, (_, at) => `"${at + 2}"`)));
    const { attributes } = (await api.get(url)).body.data as { attributes: object };
    expect(attributes).toEqual(Object.assign({}, ...patches.map((patch) => patch.attributes)));
  });

  it('stays, without an event, where a patch says the same in another order of members', async () => {
    const { id, api, path, user } = await newTenant();
    const attributes = { b: { y: 1, xx: [{ second: 2, a: 1 }] }, aa: 'text' };
    const url = `${path}/users/${await user('ada', { attributes })}`;
    const same = await api.patch(url, { attributes: { aa: 'text', b: { xx: [{ a: 1, second: 2 }], y: 1 } } });
    expect(same.headers.get('etag')).toBe('"1"');
    expect(same.body.data.updated_at).toBe(same.body.data.created_at);
    expect(await sql(`SELECT action FROM audit_events WHERE tenant_id = $1 AND action = 'user.updated'`, [id])).toEqual(
      [],
    );
  });

  it('is told by HEAD as by GET', async () => {
    const { api, path, user } = await newTenant();
    const url = `${path}/users/${await user()}`;
    const head = await api.call('HEAD', url);
    expect([head.status, head.headers.get('etag'), head.body]).toEqual([200, '"1"', null]);
    // RFC 9110 section 13.1.2: If-None-Match makes GET and HEAD alike answer 304.
    expect((await api.call('HEAD', url, ifNoneMatch('"1"'))).status).toBe(304);
  });
});

describe('the version of an API client', () => {
  it('is moved by a new secret and by revocation, which take If-Match as well', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/api-clients`, { name: 'Import', scopes: ['directory:read'] });
    const url = `${path}/api-clients/${made.body.data.id}`;
    const rotated = await api.post(`${url}/rotate`, undefined, ifMatch('"1"'));
    expect([rotated.status, rotated.headers.get('etag')]).toEqual([200, '"2"']);
    for (const action of ['rotate', 'revoke']) {
      const late = await api.post(`${url}/${action}`, undefined, ifMatch('"1"'));
      expect(late.status).toBe(412);
      expect(late.body).toEqual(mismatchAt(2));
    }
    const revoked = await api.post(`${url}/revoke`, undefined, ifMatch('"2"'));
    expect([revoked.status, revoked.headers.get('etag')]).toEqual([200, '"3"']);
    expect((await api.post(`${url}/revoke`)).headers.get('etag')).toBe('"3"');
  });
});

describe('a Location', () => {
  it('names what was assigned, below the URL it was posted to and without its query', async () => {
    const { api, path, user, group, application } = await newTenant();
    const app = await application();
    for (const holder of [`users/${await user()}`, `groups/${await group()}`]) {
      const url = `${path}/${holder}/applications`;
      const assigned = await api.post(url, { application_id: app });
      expect(assigned.headers.get('location')).toBe(`${api.url}${url}/${app}`);
      expect((await api.put(`${url}/${app}`)).headers.get('location')).toBeNull(); // It made nothing.
    }
  });

  it('names what a PUT has made: its own URL', async () => {
    const { api, path, user, group, application } = await newTenant();
    const [userId, one, two, app] = [await user(), await group(), await group(), await application()];
    for (const below of [
      `users/${userId}/applications/${app}`,
      `groups/${one}/applications/${app}`,
      `groups/${one}/members/${userId}`,
      `groups/${one}/groups/${two}`,
    ]) {
      const made = await api.put(`${path}/${below}`);
      expect([made.status, made.headers.get('location')]).toEqual([201, `${api.url}${path}/${below}`]);
    }
  });
});
