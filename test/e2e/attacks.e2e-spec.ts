import { gzipSync } from 'node:zlib';
import type { Api, ApiAnswer } from '../support/api.js';
import {
  attackedWorlds,
  callerOf,
  comparable,
  expectSound,
  storedOf,
  unknownId,
  type AttackedWorlds,
} from '../support/attacks/attacked-worlds.js';
import {
  bodyPlaces,
  memberNames,
  objectPlaces,
  pathPlaces,
  queryPlaces,
  type Place,
} from '../support/attacks/places.js';
import { FORBIDDEN_MEMBERS, HOSTILE_TEXTS, HOSTILE_VALUES, someOf } from '../support/attacks/hostile-values.js';
import { oversizeRequests, tooLargeBody } from '../support/attacks/oversize.js';
import { send, type Recorded } from '../support/attacks/recorded-requests.js';
import { Forge, strangerJwk } from '../support/forged-tokens.js';
import { isGuarded } from '../support/openapi-document.js';
import { PUBLIC_ROUTES, TENANT_SCOPES, needsOf, scopeOf } from '../support/required-scopes.js';
import { refusalAt, surfaceOf } from '../support/surfaces.js';

/** Each of these tests sends some hundreds of requests, or thousands. */
const PATIENCE_MS = 300_000;

/** What names a thing that there is not, in a query or a body, may be answered: an empty list, or outcomes of each; or a refusal. */
const FINDS_NOTHING = [200, 400, 404];

/** Longer than the path of any route with ids in it. */
const LONGEST_PATH = 400;

/** Most characters of an answer that refuses, however much was wrong. */
const LONGEST_REFUSAL = 100_000;

const FOREIGN_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
];

type Pair = AttackedWorlds['pairs'][number];

let worlds: AttackedWorlds;

beforeAll(async () => {
  worlds = await attackedWorlds();
}, PATIENCE_MS);

afterAll(async () => {
  await worlds.service.stop();
});

/** Does this to every route; what is stored of these tenants must be the same before and after. */
async function onEveryRoute(
  unchanged: readonly ('mine' | 'theirs')[],
  attack: (pair: Pair, place: number) => Promise<void>,
): Promise<void> {
  const stored = (): Promise<unknown> => Promise.all(unchanged.map((each) => storedOf(worlds[each])));
  const before = await stored();
  for (const [place, pair] of worlds.pairs.entries()) await attack(pair, place);
  expect(await stored()).toEqual(before);
}

function expectRefusal(request: Recorded, answer: ApiAnswer, status: number, code: string, message: unknown): void {
  const told = { route: request.route, path: request.path };
  expect({ ...told, status: answer.status, body: answer.body }).toEqual({
    ...told,
    status,
    body: refusalAt(request.path, { ...answer, status }, code, message),
  });
  expectSound(worlds, request, answer);
}

const isOfPlatform = ({ operation }: Pair): boolean => scopeOf(operation) === 'platform';

describe('every route', () => {
  it('is known, is in the document, and asks for a token unless it is named here as one that does not', () => {
    const { document, operations, pairs, service } = worlds;
    const mapped = [...service.output().matchAll(/Mapped \{([^,]+), ([A-Z]+)\} route/g)];
    const served = mapped.map(([, path, method]) => `${method!} ${path!.replace(/:(\w+)/g, '{$1}')}`);
    const ofTheLibrary = PUBLIC_ROUTES.filter((name) => / \/(oauth|\.well-known)\//.test(name));
    expect([...served, ...ofTheLibrary].sort()).toEqual([...operations.keys()].sort());
    expect([...pairs.map(({ mine }) => mine.route), ...PUBLIC_ROUTES].sort()).toEqual([...operations.keys()].sort());
    const open = [...operations.values()].filter(({ operation }) => !isGuarded(document, operation));
    expect(open.map(({ name }) => name).sort()).toEqual([...PUBLIC_ROUTES].sort());
  });

  it(
    'is refused without a token, with the challenge, whatever else is sent',
    async () => {
      const nobody = callerOf(worlds, null);
      await onEveryRoute(['mine', 'theirs'], async ({ theirs }) => {
        const headers = { cookie: `access_token=${worlds.theirs.tenant.api.token ?? ''}`, 'x-forwarded-user': 'admin' };
        const answer = await send(nobody, theirs, headers);
        expectRefusal(theirs, answer, 401, 'missing_token', expect.any(String));
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="doorlist"');
      });
    },
    PATIENCE_MS,
  );

  it(
    'is refused with a forged token, of every kind',
    async () => {
      const { mine, theirs } = worlds;
      const forge = await Forge.of(mine.tenant.api.token!);
      const pem = forge.publicKey().export({ type: 'spki', format: 'pem' });
      const trap = `${worlds.service.url}/trap`;
      const forged: [token: string, code: string][] = [
        [forge.unsecured(), 'invalid_token'],
        [await forge.confused(pem), 'invalid_token'],
        [await forge.confused(new Uint8Array(32), 'HS256', { kid: '../../../dev/null' }), 'invalid_token'],
        [await forge.strange({}), 'invalid_token'],
        [await forge.strange({ kid: "' UNION SELECT 'x' --" }), 'invalid_token'],
        [await forge.strange({ jku: trap, kid: 'evil' }), 'invalid_token'],
        [await forge.strange({ jwk: strangerJwk, kid: 'evil' }), 'invalid_token'],
        [forge.tampered({ tenant_id: theirs.tenant.id }), 'invalid_token'],
        [forge.tampered({ scope: 'platform', tenant_id: undefined }), 'invalid_token'],
        [await forge.own({}, { typ: 'JWT' }), 'invalid_token'],
        [await forge.own({ exp: 1_700_000_000 }), 'expired_token'],
        [await forge.own({ nbf: 4_000_000_000 }), 'token_not_yet_valid'],
        [await forge.own({ iss: 'https://evil.example' }), 'unknown_issuer'],
        [await forge.own({ aud: 'urn:other' }), 'wrong_audience'],
        [await forge.own({ sub: 'ghost', client_id: 'ghost' }), 'client_revoked'],
      ];
      // Each route meets some, others than the one before it: the guard that refuses them all is the same.
      await onEveryRoute(['mine', 'theirs'], async ({ mine: request }, at) => {
        for (const [token, code] of someOf(forged, at, 4)) {
          const answer = await send(callerOf(worlds, token), request);
          expectRefusal(request, answer, 401, code, expect.any(String));
          expect(answer.headers.get('www-authenticate')).toContain(
            `error="invalid_token", error_description="${code}"`,
          );
        }
      });
      expect(worlds.service.output()).not.toContain('/trap');
    },
    PATIENCE_MS,
  );

  it(
    "opens nothing of another tenant to a token of one's own",
    async () => {
      const { mine, theirs } = worlds;
      const headers = {
        'x-tenant-id': theirs.tenant.id,
        'x-http-method-override': 'GET',
        'x-original-url': '/health/live',
      };
      await onEveryRoute(['mine', 'theirs'], async (pair) => {
        const { api } = mine.tenant;
        if (isOfPlatform(pair)) {
          for (const request of [pair.mine, pair.theirs]) {
            const answer = await send(api, request, headers);
            expectRefusal(request, answer, 403, 'insufficient_scope', 'The token needs the scope platform.');
          }
        } else if (pair.theirs.template.includes('{tenant_id}')) {
          const unknown = unknownId();
          const [place] = pathPlaces(pair.theirs);
          for (const [request, id] of [
            [pair.theirs, theirs.tenant.id],
            [place!.with(unknown), unknown],
          ] as const) {
            const message = `The token does not belong to tenant ${id}.`;
            expectRefusal(request, await send(api, request, headers), 403, 'wrong_tenant', message);
          }
        } else {
          const answer = await send(api, pair.theirs, headers);
          expectSound(worlds, pair.theirs, answer);
          const names = pathPlaces(pair.theirs).length > 0;
          const told = { route: pair.theirs.route, status: answer.status };
          expect({ ...told, isRight: names ? answer.status === 404 : FINDS_NOTHING.includes(answer.status) }).toEqual({
            ...told,
            isRight: true,
          });
        }
      });
    },
    PATIENCE_MS,
  );

  it(
    'is refused to a token with every scope but those that it asks for',
    async () => {
      const without = new Map<string, Api>();
      const callerWithout = async (missing: readonly string[]): Promise<Api> => {
        const key = missing.join(' ');
        const made =
          without.get(key) ??
          (await worlds.mine.tenant.apiWith(...TENANT_SCOPES.filter((each) => !missing.includes(each))));
        without.set(key, made);
        return made;
      };
      const cases: { pair: Pair; api: Api; message: string }[] = [];
      for (const pair of worlds.pairs.filter((each) => !isOfPlatform(each))) {
        const { missing, message } = needsOf(pair.operation);
        cases.push({ pair, api: await callerWithout(missing), message });
      }
      const stored = (): Promise<unknown> => Promise.all([storedOf(worlds.mine), storedOf(worlds.theirs)]);
      const before = await stored();
      for (const { pair, api, message } of cases) {
        const answer = await send(api, pair.mine);
        expectRefusal(pair.mine, answer, 403, 'insufficient_scope', message);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="doorlist", error="insufficient_scope"');
      }
      expect(await stored()).toEqual(before);
    },
    PATIENCE_MS,
  );
});

/** The places of the attacker's request that hold an id, with the one that the other tenant has there. */
function idPlaces({ mine, theirs }: Pair): { place: Place; foreign: string }[] {
  const placesOf = (request: Recorded): Place[] => [
    ...pathPlaces(request).filter(({ name }) => name !== 'path tenant_id'),
    ...queryPlaces(request),
    ...bodyPlaces(request),
  ];
  const others = new Map(placesOf(theirs).map(({ name, text }) => [name, text]));
  return placesOf(mine).flatMap((place) => {
    const foreign = /[0-9a-f-]{36}/.exec(others.get(place.name) ?? '')?.[0];
    return foreign !== undefined && worlds.theirIds.has(foreign) ? [{ place, foreign }] : [];
  });
}

/** The text of a place with another id in it. */
const withId = ({ place }: { place: Place }, id: string): Recorded =>
  place.with(place.text!.replace(/[0-9a-f-]{36}/, id));

describe("another tenant's id", () => {
  it(
    'in any place of path, query or body is answered in the very words of an id that nobody has',
    async () => {
      let count = 0;
      await onEveryRoute(['theirs'], async (pair) => {
        if (isOfPlatform(pair)) return;
        for (const found of idPlaces(pair)) {
          const { api } = worlds.mine.tenant;
          const ids = [unknownId(), unknownId(), found.foreign];
          const answers: object[] = [];
          // Twice with unknown ids: what a call does besides (its other items) is done by the first.
          for (const id of ids) {
            const request = withId(found, id);
            const answer = await send(api, request);
            expectSound(worlds, request, answer);
            const told = { route: pair.mine.route, place: found.place.name, status: answer.status };
            const allowed = found.place.name.startsWith('path ') ? [404] : FINDS_NOTHING;
            expect({ ...told, isRight: allowed.includes(answer.status) }).toEqual({ ...told, isRight: true });
            answers.push({ ...told, ...comparable(answer, id) });
          }
          expect(answers[2]).toEqual(answers[1]);
          count += 1;
        }
      });
      expect(count).toBeGreaterThan(100);
    },
    PATIENCE_MS,
  );
});

describe('what nobody may set', () => {
  it(
    'is refused as a member of any object of any body, by its name',
    async () => {
      await onEveryRoute(['mine', 'theirs'], async (pair) => {
        const api = isOfPlatform(pair) ? worlds.mine.platform : worlds.mine.tenant.api;
        for (const place of objectPlaces(pair.mine)) {
          for (const member of FORBIDDEN_MEMBERS) {
            const request = place.with(member, member === 'tenant_id' ? worlds.theirs.tenant.id : unknownId());
            const answer = await send(api, request);
            const surface = surfaceOf(request.path);
            const told = { route: request.route, place: place.name, member };
            expect({ ...told, status: answer.status }).toEqual({ ...told, status: surface.wrongValues });
            expect(JSON.stringify(answer.body)).toContain(member);
            expectSound(worlds, request, answer);
          }
        }
      });
    },
    PATIENCE_MS,
  );

  it(
    'is refused as a parameter of any query, by its name',
    async () => {
      await onEveryRoute(['mine', 'theirs'], async (pair) => {
        const api = isOfPlatform(pair) ? worlds.mine.platform : worlds.mine.tenant.api;
        const places = queryPlaces({ ...pair.mine, query: [] }, [
          'tenant_id',
          'access_token',
          '__proto__',
          'constructor',
        ]);
        for (const place of places) {
          const added = place.with(worlds.theirs.tenant.id);
          const request = { ...added, query: [...pair.mine.query, ...added.query] };
          const answer = await send(api, request);
          const told = { route: request.route, place: place.name };
          expect({ ...told, status: answer.status }).toEqual({ ...told, status: surfaceOf(request.path).wrongValues });
          expectSound(worlds, request, answer);
        }
      });
    },
    PATIENCE_MS,
  );
});

/** A request of this pair with each hostile value in each place; other values in each, so that all come to many places. */
function hostileRequests({ mine, operation }: Pair, at: number): Recorded[] {
  const names = operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
  const inUrl = [...pathPlaces(mine).filter(({ name }) => name !== 'path tenant_id'), ...queryPlaces(mine, names)];
  const inBody = bodyPlaces(mine, memberNames(worlds.document, operation));
  return [
    ...inUrl.flatMap((place, index) => someOf(HOSTILE_TEXTS, at + index, 4).map(place.with)),
    ...inBody.flatMap((place, index) => [
      ...someOf(HOSTILE_TEXTS, at + index, 6).map(place.with),
      ...someOf(HOSTILE_VALUES, at + index, 2).map(place.with),
    ]),
    // An id is long enough; what is longer is refused before anything looks at it.
  ].filter(({ path }) => path.length < LONGEST_PATH);
}

describe('hostile values', () => {
  it(
    'in every place of every request break nothing, show nothing, and change nothing of another tenant',
    async () => {
      const statuses = new Map<number, number>();
      await onEveryRoute(['theirs'], async (pair, at) => {
        if (isOfPlatform(pair)) return;
        for (const request of hostileRequests(pair, at)) {
          const answer = await send(worlds.mine.tenant.api, request);
          expectSound(worlds, request, answer);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        }
      });
      // They must come through to what lies behind validation, too.
      for (const status of [200, 201, 400, 404, 422]) expect([...statuses.keys()]).toContain(status);
    },
    PATIENCE_MS,
  );
});

describe('what is too large', () => {
  it(
    'is refused wherever it stands: in path, query or body, long, deep or many, by an answer that is short',
    async () => {
      const { mine } = worlds;
      await onEveryRoute(['mine', 'theirs'], async (pair) => {
        const api = isOfPlatform(pair) ? mine.platform : mine.tenant.api;
        for (const { request, statuses } of oversizeRequests(pair.mine)) {
          const answer = await send(api, request);
          expectSound(worlds, request, answer);
          const told = { route: request.route, url: request.path.slice(0, 100), status: answer.status };
          const isRight = statuses.includes(answer.status) && JSON.stringify(answer.body).length < LONGEST_REFUSAL;
          expect({ ...told, isRight }).toEqual({ ...told, isRight: true });
        }
        if (pair.mine.body !== undefined) expect(await tooLargeBody(api, pair.mine)).toEqual([413, 'application/json']);
      });
    },
    PATIENCE_MS,
  );
});

describe('a body in another form', () => {
  it(
    'is refused on every route that takes one, and no compressed one is unpacked',
    async () => {
      const { mine } = worlds;
      const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
      await onEveryRoute(['mine', 'theirs'], async (pair) => {
        const { body, raw } = pair.mine;
        if (body === undefined && raw === undefined) return;
        const api = isOfPlatform(pair) ? mine.platform : mine.tenant.api;
        for (const type of FOREIGN_TYPES) {
          const answer = await send(api, pair.mine, { 'content-type': type });
          expectRefusal(pair.mine, answer, 415, 'unsupported_media_type', expect.any(String));
        }
        const packed = { ...pair.mine, body: undefined, raw: bomb };
        const answer = await send(api, packed, { 'content-encoding': 'gzip' });
        expectSound(worlds, packed, answer);
        expect([packed.route, [400, 415].includes(answer.status)]).toEqual([packed.route, true]);
      });
    },
    PATIENCE_MS,
  );
});

describe('the log of all this', () => {
  it('has a line of JSON for each request, and no secret, token or text of a caller', () => {
    const { service, mine, theirs, secrets } = worlds;
    const lines = service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    const tokens = [mine, theirs].flatMap(({ platform, tenant }) => [platform.token!, tenant.api.token!]);
    const unwanted = [
      ...secrets,
      ...tokens.map((token) => token.split('.')[2]!),
      'X-Injected',
      'jndi',
      'DROP TABLE',
      'Bearer ',
    ];
    expect(unwanted.length).toBeGreaterThan(9);
    expect(unwanted.filter((text) => service.output().includes(text))).toEqual([]);
    // All that was asked above is in it.
    expect(lines.length).toBeGreaterThan(5000);
  });
});
