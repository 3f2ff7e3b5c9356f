import { Api, openApiCheck, type ApiAnswer } from '../api.js';
import { ROUTES } from '../counted-routes.js';
import type { World } from '../counted-world.js';

/** A request that the service would answer well, as it would be sent. */
export interface Recorded {
  /** Such as `GET /api/v1/tenants/{tenant_id}/users`. */
  readonly route: string;
  readonly method: string;
  /** The path of the OpenAPI document. */
  readonly template: string;
  /** With what stands in the place of its braces; without the query. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  /** What is sent as JSON; undefined: nothing, or `raw`. */
  readonly body: unknown;
  /** What is sent as it is, such as a file. */
  readonly raw: string | Uint8Array | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

type Options = NonNullable<Parameters<Api['call']>[2]>;

/** Keeps the first request of one route instead of sending it; sends every other, which only makes what that one needs. */
class Recorder extends Api {
  kept: Recorded | null = null;
  readonly #pattern: RegExp;

  constructor(
    api: Api,
    private readonly route: string,
  ) {
    super(api.url, api.token);
    this.#pattern = new RegExp(`^${route.replace(/\{[^}]+\}/g, '[^/]+')}$`);
  }

  override async call(method: string, url: string, options: Options = {}): Promise<ApiAnswer> {
    const [path = '', query = ''] = url.split('?');
    if (this.kept !== null || !this.#pattern.test(`${method} ${path}`)) return super.call(method, url, options);
    const { body, raw, headers = {} } = options;
    const template = this.route.split(' ')[1] ?? '';
    this.kept = {
      route: this.route,
      method,
      template,
      path,
      query: [...new URLSearchParams(query)],
      body: JSON.parse(JSON.stringify(body ?? null)) ?? undefined,
      raw,
      headers,
    };
    return { status: 0, headers: new Headers(), body: {} };
  }
}

/** A good request of every route in this world, by the name of the route; none of them is sent. */
export async function recordedRequests(world: World): Promise<ReadonlyMap<string, Recorded>> {
  const requests = new Map<string, Recorded>();
  for (const [route, , call] of ROUTES) {
    const [tenantApi, platform] = [new Recorder(world.tenant.api, route), new Recorder(world.platform, route)];
    await call({ ...world, platform, tenant: { ...world.tenant, api: tenantApi } });
    const kept = tenantApi.kept ?? platform.kept;
    if (kept === null) throw new Error(`What is listed as ${route} calls another route.`);
    requests.set(route, kept);
  }
  return requests;
}

/** The path with its query. */
export function urlOf({ path, query }: Pick<Recorded, 'path' | 'query'>): string {
  const text = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  return text === '' ? path : `${path}?${text}`;
}

/** Percent-encoded where it is text at all; half a surrogate pair cannot be, and goes as bytes that are no UTF-8. */
export function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
}

/** Refusals that are made before it is known which route is meant; the document does not list them with each. */
const BEFORE_ROUTING = [400, 413, 414];

/** Sends a request, which may have been changed, by this caller; the answer is checked against the OpenAPI document. */
export async function send(
  { url, token }: Api,
  request: Recorded,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiAnswer> {
  const { method, path, body, raw } = request;
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(url + urlOf(request), {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
    redirect: 'manual',
  });
  const text = await answer.text();
  const type = answer.headers.get('content-type');
  const isFile = /^(?:text\/csv|application\/x-ndjson)/.test(type ?? '');
  const parsed: unknown = isFile ? text : text === '' ? null : JSON.parse(text);
  if (!BEFORE_ROUTING.includes(answer.status))
    (await openApiCheck(url)).check(method, path, answer.status, type, parsed);
  return { status: answer.status, headers: answer.headers, body: parsed };
}
