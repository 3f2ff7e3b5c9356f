import { SETTINGS } from '../../../src/config/settings.js';
import type { Api } from '../api.js';
import { requestText, sendRaw } from '../raw-http.js';
import { surfaceOf } from '../surfaces.js';
import { listPlaces, objectPlaces, pathPlaces, queryPlaces } from './places.js';
import { urlOf, type Recorded } from './recorded-requests.js';

/** Beyond what any list of the service takes. */
const MANY = 20_001;
const DEEP = 5000;
const MARK = '@@';
/** Beyond the longest URL of any route but one, which takes 96 KB. */
const LONG_QUERY = 17_000;

/** Requests with too much in one place, and the statuses that they may be refused with. */
export function oversizeRequests(mine: Recorded): { request: Recorded; statuses: number[] }[] {
  const { wrongValues } = surfaceOf(mine.path);
  const wrong = (request: Recorded): { request: Recorded; statuses: number[] } => ({
    request,
    statuses: [wrongValues],
  });
  const long = (request: Recorded): { request: Recorded; statuses: number[] } => ({ request, statuses: [414] });
  const [noQuery, names] = [{ ...mine, query: [] }, Array.from({ length: 500 }, (_, at) => `p${at}`)];
  const isLong = mine.route.startsWith('GET ') && mine.template.endsWith('/permissions/check');
  const longQuery = queryPlaces(noQuery, ['p']).map((place) => place.with('x'.repeat(LONG_QUERY)));
  const deepest = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`;
  const members = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`m${at}`, at]));
  const sendsJson = mine.body !== undefined;
  return [
    ...pathPlaces(mine).map((place) => long(place.with('a'.repeat(201)))),
    ...longQuery.map(isLong ? wrong : long),
    wrong({ ...mine, query: names.map((name) => [name, '1'] as const) }),
    ...listPlaces(mine).map((place) => wrong(place.with(Array.from({ length: MANY }, (_, at) => `x${at}`)))),
    ...objectPlaces(mine).map((place) => wrong(withRaw(place.with('deep', MARK), deepest))),
    ...(sendsJson ? [wrong({ ...mine, body: members }), wrong({ ...mine, body: undefined, raw: deepest })] : []),
  ];
}

/** The request with this JSON in the place of the mark; a value that deep could not be written as text here. */
function withRaw(request: Recorded, json: string): Recorded {
  return { ...request, body: undefined, raw: JSON.stringify(request.body).replace(`"${MARK}"`, json) };
}

/** The status and type of the answer to a body that declares one byte more than the service takes. */
export async function tooLargeBody({ url, token }: Api, mine: Recorded): Promise<unknown[]> {
  const head = requestText(mine.method, urlOf(mine), {
    Authorization: `Bearer ${token ?? ''}`,
    'Content-Type': 'application/json',
    'Content-Length': String(SETTINGS.bodyLimitBytes.fallback + 1),
  });
  const answer = await sendRaw(url, `${head}{"name":"`);
  JSON.parse(answer?.text ?? '');
  return [answer?.status, answer?.headers['content-type']?.split(';')[0]];
}
