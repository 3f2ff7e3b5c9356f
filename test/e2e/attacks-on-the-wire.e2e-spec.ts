import { requestText, sendRaw } from '../support/raw-http.js';
import { storedRows } from '../support/stored-rows.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

// Some hundreds of connections, each of its own; and the machine may do other work.
import.meta.jest.setTimeout(120_000);

const BODY = '{"user_name":"smuggled"}';

/** The head of a request that is good but for these lines, which are written as they are; the connection stays open behind it. */
function headOf({ api, path }: TestTenant, lines: readonly string[]): string {
  const head = [`POST ${path}/users HTTP/1.1`, 'Host: doorlist.test', `Authorization: Bearer ${api.token ?? ''}`];
  return [...head, 'Content-Type: application/json', ...lines, '', ''].join('\r\n');
}

/** A whole good request that makes a user, to be hidden inside of another one. */
function hiddenRequest(tenant: TestTenant): string {
  return headOf(tenant, ['Connection: close', `Content-Length: ${BODY.length}`]) + BODY;
}

/** Where two servers could read two different ends of the first request, and what stands before the hidden one. */
const AMBIGUOUS: readonly (readonly [name: string, lines: readonly string[], body: string])[] = [
  ['both lengths', ['Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['both lengths, the other way round', ['Transfer-Encoding: chunked', 'Content-Length: 4'], '0\r\n\r\n'],
  ['two lengths', ['Content-Length: 2', 'Content-Length: 0'], '{}'],
  ['a list of lengths', ['Content-Length: 2, 0'], '{}'],
  ['a length with a sign', ['Content-Length: +2'], '{}'],
  ['a length in hexadecimal', ['Content-Length: 0x2'], '{}'],
  ['an endless length', ['Content-Length: 99999999999999999999'], '{}'],
  ['another coding', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
  ['no coding', ['Transfer-Encoding: identity'], '0\r\n\r\n'],
  ['a coding behind chunked', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
  ['two codings', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'],
  ['a space before the colon', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
  ['a folded line', ['X-Other: a', ' Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['a line feed alone', ['X-Other: a\nTransfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'],
  ['a return alone', ['X-Other: a\rTransfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'],
  ['a NUL', ['X-Other: a\u0000b', 'Content-Length: 0'], ''],
  ['a chunk size with a prefix', ['Transfer-Encoding: chunked'], '0x2\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size with a sign', ['Transfer-Encoding: chunked'], '-2\r\n{}\r\n0\r\n\r\n'],
  ['an endless chunk size', ['Transfer-Encoding: chunked'], 'ffffffffffffffffff\r\n{}\r\n0\r\n\r\n'],
  ['a chunk that is longer than it says', ['Transfer-Encoding: chunked'], '1\r\n{}\r\n0\r\n\r\n'],
  ['an endless chunk extension', ['Transfer-Encoding: chunked'], `2;${'x'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`],
];

/** Texts that headers can carry and no program should trust. */
const HOSTILE_HEADERS = [
  "' OR 1=1 --",
  '"',
  'W/"1"',
  '*',
  '\u00ff\u00fe\u0080',
  '%0d%0aX-Injected: 1',
  '${jndi:ldap://127.0.0.1/a}',
  'x'.repeat(5000),
  '../../..',
  '{}',
];
const HEADERS = [
  'X-Request-Id',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Accept',
  'Origin',
  'X-Forwarded-Host',
  'Range',
];

describe('a request whose end can be read in two ways', () => {
  it('is refused as a whole and ends the connection, so that nothing can hide behind it', async () => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    for (const [name, lines, body] of AMBIGUOUS) {
      const bytes = headOf(tenant, lines) + body + hiddenRequest(tenant);
      const answer = await sendRaw(tenant.api.url, bytes, true);
      // An answer to the hidden one would stand behind the first.
      const answers = answer?.text.split('HTTP/1.1 ').length;
      const isRefused = [400, 408, 413, 431].includes(answer?.status ?? 0);
      expect({ name, status: answer?.status, isRefused, answers }).toEqual({
        name,
        status: answer?.status,
        isRefused: true,
        answers: 1,
      });
      expect(JSON.parse(answer!.text)).toEqual({
        detail: expect.any(String),
        code: expect.stringMatching(/^[a-z_]+$/),
        request_id: answer!.headers['x-request-id'],
      });
    }
    expect(await storedRows(tenant.id)).toEqual(before);
    // The hidden request is a good one, which would have been seen.
    expect((await sendRaw(tenant.api.url, hiddenRequest(tenant)))?.status).toBe(201);
  });
});

describe('a header that means harm', () => {
  it('fails nothing and comes back in no header, whichever it is', async () => {
    const tenant = await newTenant();
    const { url, token } = tenant.api;
    const user = await tenant.user('ada');
    const before = await storedRows(tenant.id);
    for (const header of HEADERS) {
      for (const value of HOSTILE_HEADERS) {
        for (const [method, path] of [
          ['GET', `/users/${user}`],
          ['POST', '/users'],
          ['GET', '/audit-events'],
        ] as const) {
          const head = requestText(method, tenant.path + path, {
            Authorization: `Bearer ${token ?? ''}`,
            [header]: value,
          });
          const answer = await sendRaw(url, Buffer.from(head, 'latin1'));
          const told = { header, value: value.slice(0, 40), method, status: answer?.status ?? 0 };
          expect({ ...told, isSound: told.status >= 200 && told.status < 500 }).toEqual({ ...told, isSound: true });
          expect(answer!.headers['x-injected']).toBeUndefined();
          if (told.status >= 400)
            expect(JSON.parse(answer!.text)).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/) });
          expect(answer!.headers['x-request-id']).toMatch(/^[\w.:-]{1,128}$/);
          expect(Object.values(answer!.headers).filter((each) => each.includes(value) && value.length > 3)).toEqual([]);
        }
      }
    }
    // A key is kept with the answer that it was given, and a refusal is one.
    const keys = HOSTILE_HEADERS.length;
    const { idempotency_keys: kept, ...rows } = await storedRows(tenant.id);
    expect({ ...rows, idempotency_keys: 0, isBounded: kept! <= keys }).toEqual({ ...before, isBounded: true });
  });
});
