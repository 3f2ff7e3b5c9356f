import { Agent, request } from 'node:http';
import { OpenApiCheck, type ServedDocument } from './openapi-check.js';
import { PLATFORM_CLIENT, workerState } from './test-state.js';

/** An answer as the tests look at it. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text of a file; null where there is no body. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into bodies of every shape; Jest compares them whole
  readonly body: any;
}

interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const checks = new Map<string, Promise<OpenApiCheck>>();

/** The check against the document of the service at `url`. */
export async function openApiCheck(url: string): Promise<OpenApiCheck> {
  const loaded =
    checks.get(url) ??
    fetch(`${url}/docs-json`).then(async (answer) => OpenApiCheck.of((await answer.json()) as ServedDocument));
  checks.set(url, loaded);
  return loaded;
}

/** Calls the service at `url` with one token; every answer is checked against the OpenAPI document. */
export class Api {
  constructor(
    readonly url: string,
    readonly token: string | null,
  ) {}

  get = (path: string, options?: CallOptions): Promise<ApiAnswer> => this.call('GET', path, options);
  post = (path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer> =>
    this.call('POST', path, { body, ...options });
  put = (path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer> =>
    this.call('PUT', path, { body, ...options });
  patch = (path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer> =>
    this.call('PATCH', path, { body, ...options });
  delete = (path: string, options?: CallOptions): Promise<ApiAnswer> => this.call('DELETE', path, options);

  async call(method: string, path: string, options: CallOptions = {}): Promise<ApiAnswer> {
    const { body, raw, headers = {} } = options;
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await send(method, this.url + path, sent, {
      ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    });
    const { text } = answer;
    const isFile = /^(?:text\/csv|application\/x-ndjson)/.test(answer.headers.get('content-type') ?? '');
    const parsed: unknown = isFile ? text : text === '' ? null : JSON.parse(text);
    const check = await openApiCheck(this.url);
    if (method !== 'HEAD' && answer.status !== 304) {
      check.check(method, path.split('?', 1)[0] ?? path, answer.status, answer.headers.get('content-type'), parsed);
    }
    return { status: answer.status, headers: answer.headers, body: parsed };
  }
}

const agent = new Agent({ keepAlive: true });
const utf8 = new TextDecoder();

/** One request; `fetch` would take several times the processor's time, for most of which these tests wait. */
async function send(
  method: string,
  url: string,
  body: string | Uint8Array | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; headers: Headers; text: string }> {
  const content = typeof body === 'string' ? Buffer.from(body) : body;
  // POST and PUT get their length from Node where there is no body.
  const length = content === undefined ? {} : { 'content-length': String(content.byteLength) };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(url), { method, agent, headers: { ...headers, ...length } }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const { statusCode: status = 0, rawHeaders } = incoming;
        resolve({ status, headers: headersOf(rawHeaders), text: utf8.decode(Buffer.concat(chunks)) });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(content);
  });
}

/** From names and values in turn. */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at]!, raw[at + 1]!);
  return headers;
}

/** A token by client credentials. Throws where the service refuses. */
export async function tokenOf(url: string, id: string, secret: string, scope?: string): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) });
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', headers: { authorization }, body: form });
  const body = (await answer.json()) as { access_token?: string };
  if (body.access_token === undefined) throw new Error(`No token: ${answer.status} ${JSON.stringify(body)}`);
  return body.access_token;
}

const platformTokens = new Map<string, Promise<string>>();

/** The platform's own caller at the service of this worker, or at `url`; a service is asked for its token once a test file. */
export async function platformApi(url: string = workerState().url): Promise<Api> {
  const token = platformTokens.get(url) ?? tokenOf(url, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret);
  platformTokens.set(url, token);
  return new Api(url, await token);
}
