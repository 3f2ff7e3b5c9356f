import { Api, type ApiAnswer } from '../support/api.js';
import { sendTooLarge } from '../support/raw-http.js';
import { newTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { connect } from 'node:net';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const withId = (id: string): { headers: Record<string, string> } => ({ headers: { 'x-request-id': id } });

const answeredId = (answer: ApiAnswer): string | null => answer.headers.get('x-request-id');

async function tooLarge({ url, token }: Api, path: string, headers: Record<string, string>): Promise<ApiAnswer> {
  const answer = await sendTooLarge(url, path, { Authorization: `Bearer ${token ?? ''}`, ...headers });
  if (!answer) throw new Error('The service did not answer.');
  return { status: answer.status, headers: new Headers(answer.headers), body: JSON.parse(answer.text) };
}

/** Sends a request as it is written, because `fetch` refuses to send what a broken client would; answers the X-Request-Id. */
async function sendRaw(headers: string): Promise<string[]> {
  const { hostname, port } = new URL(workerState().url);
  const answer = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        Buffer.from(`GET /api/v1/none HTTP/1.1\r\nHost: ${hostname}\r\n${headers}Connection: close\r\n\r\n`, 'latin1'),
      ),
    );
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
  return [...answer.matchAll(/^x-request-id: (.*)\r$/gim)].map((match) => match[1]!);
}

describe('a request id', () => {
  it.each(['a', 'req-1', '0193f8c2:span.7_b', 'x'.repeat(128), 'A1.b2-C3:d4_e5'])(
    '%j is taken as it is',
    async (id) => {
      const { api, path } = await newTenant();
      const answer = await api.get(`${path}/users`, withId(id));
      expect(answeredId(answer)).toBe(id);
      expect(answer.body.meta).toEqual({ request_id: id, timestamp: expect.any(String) });
    },
  );

  it.each([
    '',
    ' ',
    'x'.repeat(129),
    'x'.repeat(5000),
    'a b',
    'a\tb',
    'a,b',
    'a/b',
    '<script>',
    '"a"',
    'a;b',
    '{}',
    'é',
  ])('%j is replaced by a new one', async (id) => {
    const { api, path } = await newTenant();
    const answer = await api.get(`${path}/users`, withId(id));
    expect(answer.status).toBe(200);
    expect(answeredId(answer)).toMatch(UUID);
    expect(answer.body.meta.request_id).toBe(answeredId(answer));
  });

  it.each([
    ['a control character', 'X-Request-Id: a\x01b\r\n'],
    ['a byte that is no ASCII', 'X-Request-Id: a\xe9b\r\n'],
    ['two of them', 'X-Request-Id: a\r\nX-Request-Id: b\r\n'],
  ])('with %s never comes back', async (_, headers) => {
    const answered = await sendRaw(headers);
    // Node's parser may refuse the request before it is one: then there is none to name.
    expect(answered.filter((id) => !UUID.test(id))).toEqual([]);
  });

  it('is made anew for each request that brings none, in the order of time', async () => {
    const { api, path } = await newTenant();
    const ids: (string | null)[] = [];
    for (let call = 0; call < 20; call += 1) ids.push(answeredId(await api.get(`${path}/users`)));
    expect(new Set(ids).size).toBe(20);
    expect([...ids].sort()).toEqual(ids);
    expect(ids.filter((id) => id === null || !UUID.test(id))).toEqual([]);
  });

  it('is in the meta of whatever is answered', async () => {
    const { api, path } = await newTenant();
    const made = await api.post(`${path}/users`, { user_name: 'ada' }, withId('made'));
    const url = `${path}/users/${made.body.data.id}`;
    const answers = [
      made,
      await api.get(url, withId('read')),
      await api.patch(url, { display_name: 'Ada' }, withId('patched')),
      await api.get(`${path}/users`, withId('listed')),
    ];
    expect(answers.map(({ body }) => body.meta.request_id as string)).toEqual(['made', 'read', 'patched', 'listed']);
    expect(answers.map(answeredId)).toEqual(['made', 'read', 'patched', 'listed']);
    expect(answeredId(await api.delete(url, withId('deleted')))).toBe('deleted');
    expect(
      answeredId(await api.get(`${path}/users`, { headers: { 'x-request-id': 'same', 'if-none-match': '"1"' } })),
    ).toBe('same');
  });

  it('is in the header of an answer without a body', async () => {
    const { api, path, user } = await newTenant();
    const url = `${path}/users/${await user()}`;
    const unchanged = await api.get(url, { headers: { 'x-request-id': 'unchanged', 'if-none-match': '"1"' } });
    expect([unchanged.status, answeredId(unchanged)]).toEqual([304, 'unchanged']);
    const head = await api.call('HEAD', url, withId('head'));
    expect([head.status, answeredId(head)]).toEqual([200, 'head']);
  });

  it('is in every refusal, whoever makes it', async () => {
    const { api, path, user, apiWith } = await newTenant();
    const [reader, userId] = [await apiWith('directory:read'), await user('ada')];
    const nobody = new Api(api.url, null);
    const forged = new Api(api.url, 'no.such.token');
    const json = { 'content-type': 'application/json' };
    const calls: [string, number, (headers: Record<string, string>) => Promise<ApiAnswer>][] = [
      [
        'malformed JSON',
        400,
        (headers) => api.call('POST', `${path}/users`, { raw: '{"user_name":', headers: { ...json, ...headers } }),
      ],
      ['a URL that cannot be decoded', 400, (headers) => api.get(`${path}/users/%E0%A4%A`, { headers })],
      ['a wrong cursor', 400, (headers) => api.get(`${path}/users?cursor=x`, { headers })],
      ['no token', 401, (headers) => nobody.get(`${path}/users`, { headers })],
      ['a forged token', 401, (headers) => forged.get(`${path}/users`, { headers })],
      ['a missing scope', 403, (headers) => reader.delete(`${path}/users/${userId}`, { headers })],
      ['an unknown id', 404, (headers) => api.get(`${path}/users/019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44`, { headers })],
      ['no such route', 404, (headers) => api.get(`${path}/nothing`, { headers })],
      ['no such route at the top', 404, (headers) => nobody.get('/nothing', { headers })],
      ['a wrong method', 405, (headers) => api.call('PUT', `${path}/users`, { headers })],
      ['a taken name', 409, (headers) => api.post(`${path}/users`, { user_name: 'ADA' }, { headers })],
      [
        'an old version',
        412,
        (headers) => api.delete(`${path}/users/${userId}`, { headers: { 'if-match': '"9"', ...headers } }),
      ],
      ['a body that is too large', 413, (headers) => tooLarge(api, `${path}/users`, headers)],
      [
        'a form',
        415,
        (headers) =>
          api.call('POST', `${path}/users`, { raw: 'a=b', headers: { 'content-type': 'text/plain', ...headers } }),
      ],
      ['a wrong value', 422, (headers) => api.post(`${path}/users`, {}, { headers })],
      ['an id that is no UUID', 422, (headers) => api.get(`${path}/users/ada`, { headers })],
    ];
    for (const [what, status, call] of calls) {
      const sane = await call({ 'x-request-id': 'mine' });
      expect([what, sane.status, answeredId(sane)]).toEqual([what, status, 'mine']);
      expect(sane.body).toEqual({ detail: expect.anything(), code: expect.any(String), request_id: 'mine' });
      const insane = await call({ 'x-request-id': 'not sane' });
      expect(answeredId(insane)).toMatch(UUID);
      expect(insane.body.request_id).toBe(answeredId(insane));
    }
  });
});
