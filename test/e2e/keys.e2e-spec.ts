import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import pg from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import { Api, tokenOf } from '../support/api.js';
import { command } from '../support/command-line.js';
import { newDatabase } from '../support/database-copy.js';
import { urlOf } from '../support/database-url.js';
import { freePort, launchDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { MovableClock } from '../support/movable-clock.js';
import { newTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, testState } from '../support/test-state.js';

const PUBLIC_URL = 'https://door.example';
const BOOTSTRAP = { BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id, BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret };
/** How soon an instance looks for a key that it does not know, in seconds. */
const UNKNOWN_KEY_SECONDS = 5;
const NEWEST = MIGRATIONS.at(-1)!.name;
const { isCluster } = testState();

// Starting a service or a command takes 1 to 2 seconds alone, and ten times that where others use the machine.
import.meta.jest.setTimeout(120_000);

type Env = Readonly<Record<string, string>>;

/** Everything that this file has started and made, to be ended and removed whatever happens. */
const launched: ReturnType<typeof launchDoorlist>[] = [];
const folders: string[] = [];
const clock = new MovableClock();

/** As `startDoorlist`, with more patience: several of them share the machine. */
async function start(env: Env): Promise<DoorlistProcess> {
  const port = String(await freePort());
  const small = { LOG_LEVEL: 'warn', DATABASE_POOL_SIZE: '2', DATABASE_PIPELINES: '1' };
  const service = launchDoorlist({ ...BOOTSTRAP, ...small, PORT: port, ...env });
  launched.push(service);
  const { child, output, ended } = service;
  for (const deadline = Date.now() + 110_000; !output().includes('is listening');) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The service does not listen:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, output, stop };
}

async function query(connection: string | pg.ClientConfig, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(typeof connection === 'string' ? { connectionString: connection } : connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The embedded database in a folder. */
function embedded(folder: string): pg.ClientConfig {
  const password = readFileSync(join(folder, 'postgres.password'), 'utf8').trim();
  return { host: join(folder, 'postgres'), user: 'doorlist', password, database: 'doorlist' };
}

/** The processes that work in the folder. */
function processesOf(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const worksThere = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  };
  return pids.filter(worksThere).map(Number);
}

const published = async (url: string): Promise<string[]> => {
  const set = (await (await fetch(`${url}/oauth/jwks`)).json()) as { keys: { kid: string }[] };
  return set.keys.map(({ kid }) => kid).sort();
};

const newToken = async ({ url }: DoorlistProcess): Promise<string> =>
  tokenOf(url, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret);
const statusOf = async ({ url }: DoorlistProcess, token: string): Promise<number> =>
  (await new Api(url, token).get('/api/v1/tenants')).status;

afterAll(async () => {
  for (const { child, ended } of launched) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const folder of folders) {
    for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
  clock.remove();
});

describe('keys:rotate, while two instances run', () => {
  let database: string;
  let env: Env;
  let instances: DoorlistProcess[];
  let oldTokens: string[];
  let oldKid: string;
  let newKid: string;

  beforeAll(async () => {
    database = await newDatabase('migrated');
    env = { DATABASE_URL: database, PUBLIC_URL };
    instances = await Promise.all(Array.from({ length: 2 }, () => start({ ...env, ...clock.env })));
    oldTokens = await Promise.all(instances.map(newToken));
    oldKid = decodeProtectedHeader(oldTokens[0]!).kid!;
  });

  it('finds both on one key', async () => {
    expect(oldTokens.map((token) => decodeProtectedHeader(token).kid)).toEqual([oldKid, oldKid]);
    for (const { url } of instances) expect(await published(url)).toEqual([oldKid]);
    for (const instance of instances) for (const token of oldTokens) expect(await statusOf(instance, token)).toBe(200);
  });

  it('publishes a new key, and keeps the old one for as long as its tokens live', async () => {
    const { code, lines, errors } = await command('keys:rotate', env);
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    expect(lines).toEqual([
      expect.stringMatching(
        /^key [\w-]{43} is published now and signs in 60 s; (0 ended keys were removed|.*removed: 0)$/,
      ),
    ]);
    newKid = lines[0]!.split(' ')[1]!;
    const rows = await query(
      database,
      `SELECT kid, retires_at IS NULL AS is_last, round(EXTRACT(EPOCH FROM retires_at - signs_from))::int AS lives,
              round(EXTRACT(EPOCH FROM signs_from - created_at))::int AS waits FROM signing_keys ORDER BY created_at`,
    );
    expect(rows).toEqual([
      { kid: oldKid, is_last: false, lives: expect.any(Number), waits: 0 },
      { kid: newKid, is_last: true, lives: null, waits: 60 },
    ]);
    // From the change of keys on, the tokens that were signed last live an hour.
    expect(rows[0]!.lives).toBeGreaterThan(60 + 3600);
  });

  it('has nobody sign with the new key before everybody can know it', async () => {
    for (const instance of instances) expect(decodeProtectedHeader(await newToken(instance)).kid).toBe(oldKid);
  });

  it('has both accept the new key as soon as a token of it comes, and then sign with it, too', async () => {
    // As if the minute had passed.
    await query(database, `UPDATE signing_keys SET signs_from = now() WHERE kid = '${newKid}'`);
    clock.advance(UNKNOWN_KEY_SECONDS * 1000);
    const [row] = await query(database, `SELECT private_jwk FROM signing_keys WHERE kid = '${newKid}'`);
    const key = await importJWK(row!.private_jwk as JWK, 'RS256');
    const header = { alg: 'RS256', typ: 'at+jwt', kid: newKid };
    const token = await new SignJWT(decodeJwt(oldTokens[0]!)).setProtectedHeader(header).sign(key);
    for (const instance of instances) {
      expect(await statusOf(instance, token)).toBe(200);
      expect(await published(instance.url)).toEqual([oldKid, newKid].sort());
      expect(decodeProtectedHeader(await newToken(instance)).kid).toBe(newKid);
    }
  });

  it('leaves the tokens of the old key good, at both', async () => {
    for (const instance of instances) {
      for (const token of oldTokens) expect(await statusOf(instance, token)).toBe(200);
      const fresh = await new SignJWT({ ...decodeJwt(oldTokens[0]!), jti: 'never seen' })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: oldKid })
        .sign(
          await importJWK(
            (await query(database, `SELECT private_jwk FROM signing_keys WHERE kid = '${oldKid}'`))[0]!
              .private_jwk as JWK,
            'RS256',
          ),
        );
      expect(await statusOf(instance, fresh)).toBe(200);
    }
  });

  it('removes a key whose tokens have all ended', async () => {
    await query(database, `UPDATE signing_keys SET retires_at = now() - interval '1 s' WHERE kid = '${oldKid}'`);
    const { lines } = await command('keys:rotate', env);
    expect(lines).toEqual([expect.stringMatching(/; (1 ended keys? (was|were) removed|.*removed: 1)$/)]);
    const kids = (await query(database, 'SELECT kid FROM signing_keys')).map(({ kid }) => kid);
    expect(kids).toHaveLength(2);
    expect(kids).not.toContain(oldKid);
  });
});

/** One does the work, one is waiting for it, and two wait for those: each further one would only wait as they do. */
const STARTED_AT_ONCE = 4;

describe('instances that start at once on an empty database', () => {
  it('all come up, with one key, every migration once, one platform client and one demo tenant', async () => {
    const database = await newDatabase('empty');
    const env = { DATABASE_URL: database, PUBLIC_URL, DEMO_DATA: 'true' };
    const instances = await Promise.all(Array.from({ length: STARTED_AT_ONCE }, () => start(env)));
    const migrated = await query(database, 'SELECT name FROM migrations ORDER BY id');
    expect(migrated.map(({ name }) => name)).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(await query(database, 'SELECT slug FROM tenants')).toEqual([{ slug: 'demo' }]);
    expect(await query(database, 'SELECT client_id FROM platform_clients')).toEqual([
      { client_id: PLATFORM_CLIENT.id },
    ]);
    expect(await query(database, 'SELECT count(*)::int AS n FROM users')).toEqual([{ n: 40 }]);
    const [key, ...more] = await query(database, 'SELECT kid FROM signing_keys');
    expect(more).toEqual([]);
    const tokens = await Promise.all(instances.map(newToken));
    expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid))).toEqual(new Set([key!.kid]));
    for (const [index, instance] of instances.entries())
      expect(await statusOf(instance, tokens[(index + 1) % tokens.length]!)).toBe(200);
    const tenants = await Promise.all(instances.map(async ({ url }) => newTenant(url)));
    expect(new Set(tenants.map(({ id }) => id)).size).toBe(STARTED_AT_ONCE);
    const codes = await Promise.all(instances.map((instance) => instance.stop()));
    expect(codes).toEqual(instances.map(() => 0));
  });
});

describe('the command line', () => {
  it.each(['', 'rotate', '__proto__'])('prints how it is used, and ends with 2, for %j', async (name) => {
    const { code, lines, errors } = await command(name, { PORT: 'not read' });
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    const named = ['migrate', 'migrate:revert', 'keys:rotate', 'platform-clients', 'verify', 'import', 'export'];
    expect(errors.filter((line) => !/^ {10}/.test(line))).toEqual([
      'Usage: npm run doorlist -- <command>',
      ...named.map((each) => expect.stringMatching(new RegExp(`^ {2}${each} +\\S`)) as unknown),
    ]);
  });

  it('says what is wrong with what stands behind the name of a command', async () => {
    const errors = ['It takes no arguments, not twice.', 'Usage: npm run doorlist -- migrate'];
    expect(await command('migrate twice', { PORT: 'not read' })).toEqual({ code: 2, lines: [], errors });
  });

  it('migrates an empty database of a server, takes the newest migration back and does it again', async () => {
    const env = { DATABASE_URL: await newDatabase('empty'), PUBLIC_URL };
    const all = MIGRATIONS.map(({ name }) => `migrated ${name}`);
    const nothing = { code: 0, lines: ['there is no migration to take back'], errors: [] };
    expect(await command('migrate:revert', env)).toEqual(nothing);
    const made = await command('migrate', env);
    // What a cluster distributes beside it has a test of its own.
    const lines = isCluster ? made.lines.filter((line) => !line.startsWith('distributed ')) : made.lines;
    expect({ ...made, lines }).toEqual({ code: 0, lines: all, errors: [] });
    expect(await command('migrate', env)).toEqual({ code: 0, lines: ['the schema is up to date'], errors: [] });
    expect(await command('migrate:revert', env)).toEqual({ code: 0, lines: [`reverted ${NEWEST}`], errors: [] });
    expect(await query(env.DATABASE_URL, 'SELECT count(*)::int AS n FROM migrations')).toEqual([{ n: all.length - 1 }]);
    expect(await command('migrate', env)).toEqual({ code: 0, lines: [`migrated ${NEWEST}`], errors: [] });
    const nowhere = urlOf({ connectionString: env.DATABASE_URL }, 'there_is_no_such_database');
    const refused = await command('migrate', { ...env, DATABASE_URL: nowhere });
    expect(refused).toEqual({ code: 1, lines: [], errors: [expect.stringMatching(/^DATABASE_URL must .+\.$/)] });
  });

  it('works on an embedded database, started for the purpose or joined where a service runs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doorlist-keys-'));
    folders.push(folder);
    const env = { DATA_DIR: folder };
    const all = MIGRATIONS.map(({ name }) => `migrated ${name}`);
    expect(await command('migrate', env)).toEqual({ code: 0, lines: all, errors: [] });
    expect(processesOf(folder)).toEqual([]);
    expect(await command('migrate:revert', env)).toEqual({ code: 0, lines: [`reverted ${NEWEST}`], errors: [] });
    expect(processesOf(folder)).toEqual([]);

    // The start does what the command took back.
    const service = await start({ ...env, DEMO_DATA: 'false' });
    const tenant = await newTenant(service.url);
    const upToDate = { code: 0, lines: ['the schema is up to date'], errors: [] };
    expect(await command('migrate', env)).toEqual(upToDate);
    expect((await command('keys:rotate', env)).code).toBe(0);
    expect(await query(embedded(folder), 'SELECT count(*)::int AS n FROM signing_keys')).toEqual([{ n: 2 }]);
    expect(await command('migrate:revert', env)).toEqual({ code: 0, lines: [`reverted ${NEWEST}`], errors: [] });
    expect(await command('migrate', env)).toEqual({ code: 0, lines: [`migrated ${NEWEST}`], errors: [] });
    // The service has not noticed, and its database was left running.
    const made = await tenant.api.post(`${tenant.path}/users`, { user_name: 'after' });
    expect(made.status).toBe(201);
    expect(await service.stop()).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  });
});
