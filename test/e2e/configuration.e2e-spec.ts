import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import pg from 'pg';
import { ConfigError, loadConfig } from '../../src/config/config.js';
import { SETTINGS } from '../../src/config/settings.js';
import { Api, platformApi, tokenOf } from '../support/api.js';
import { command, type CommandEnd } from '../support/command-line.js';
import { newDatabase } from '../support/database-copy.js';
import { urlOf } from '../support/database-url.js';
import { freePort, launchDoorlist, startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { requestText, sendRaw } from '../support/raw-http.js';
import { newTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT, testState, workerState } from '../support/test-state.js';
import { SECRET, WRONG } from '../support/wrong-settings.js';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

// Starting a service takes 2 seconds alone, and ten times that where others use the machine.
import.meta.jest.setTimeout(90_000);

type Env = Readonly<Record<string, string>>;

const services: Promise<DoorlistProcess>[] = [];
const folders: string[] = [];

afterAll(async () => {
  for (const each of await Promise.allSettled(services)) if (each.status === 'fulfilled') await each.value.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function start(env: Env): Promise<DoorlistProcess> {
  const starting = startDoorlist(env);
  services.push(starting);
  return starting;
}

/** Starts a service that is to refuse: its exit code, the lines of its standard error, and what it made in its folder. */
async function refusal(env: Env): Promise<{ code: number | null; lines: string[]; output: string; made: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'doorlist-config-'));
  folders.push(folder);
  const port = String(await freePort());
  const { child, output, ended } = launchDoorlist({ PORT: port, DATA_DIR: folder, ...env });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  // One that starts after all is stopped in order, so that its database goes with it.
  child.stdout?.on('data', () => output().includes('is listening') && child.kill('SIGTERM'));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const code = await ended;
  await closed;
  // A library says on Node 20 that it would rather run on a later one.
  const lines = errors.split('\n').filter((line) => line !== '' && !line.startsWith('oidc-provider WARNING'));
  return { code, lines, output: output(), made: await readdir(folder) };
}

async function query(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a wrong value', () => {
  const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  const everyValue = names.flatMap((name) => WRONG[name].slice(1).map((value) => [name, value] as const));
  /** What has to be there so that a value is the only one that is wrong. */
  const right = {
    PUBLIC_URL: 'https://door.example',
    BOOTSTRAP_CLIENT_ID: 'root',
    BOOTSTRAP_CLIENT_SECRET: 's'.repeat(32),
  };

  const lineOf = (name: keyof typeof SETTINGS): unknown =>
    expect.stringMatching(new RegExp(`^${SETTINGS[name].variable} must be .*(?:${WRONG[name][0]}).*\\.$`));

  it('is looked for in every variable', () => {
    expect(Object.keys(WRONG)).toEqual(names);
  });

  it.each(everyValue)('is refused by itself, with what it should be: %s %j', (name, value) => {
    let problems: readonly string[] = [];
    try {
      loadConfig({ ...right, [SETTINGS[name].variable]: value });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      ({ problems } = error);
    }
    expect(problems).toEqual([lineOf(name)]);
    expect(problems.join()).not.toContain(SECRET);
  });

  it.each([1, 2])('stops the start with one line for each variable that has one (values %i)', async (index) => {
    const chosen = names.filter((name) => WRONG[name][index] !== undefined);
    const env = Object.fromEntries(chosen.map((name) => [SETTINGS[name].variable, WRONG[name][index]!]));
    const { code, lines, output, made } = await refusal(env);
    expect({ code, lines, made }).toEqual({ code: 1, lines: chosen.map(lineOf), made: [] });
    expect(output).not.toContain(SECRET);
  });

  it('stops the commands in the same way', () => {
    const env = { PATH: process.env.PATH ?? '', PORT: 'x' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'migrate'], { env, encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^(oidc-provider .*\n)?PORT must be a whole number from 0 to 65535\.\n$/);
  });
});

describe('settings that do not go together', () => {
  it.each<[string, Env, RegExp]>([
    [
      'DATABASE_URL without PUBLIC_URL',
      { DATABASE_URL: `postgresql://u:${SECRET}@127.0.0.1/db` },
      /^PUBLIC_URL must be set with DATABASE_URL\b.*\.$/,
    ],
    [
      'a bootstrap client without a secret',
      { BOOTSTRAP_CLIENT_ID: 'root' },
      /^BOOTSTRAP_CLIENT_ID and BOOTSTRAP_CLIENT_SECRET must be set together\.$/,
    ],
    [
      'a bootstrap secret without a client',
      { BOOTSTRAP_CLIENT_SECRET: SECRET.repeat(3) },
      /^BOOTSTRAP_CLIENT_ID and BOOTSTRAP_CLIENT_SECRET must be set together\.$/,
    ],
    [
      'a server to watch and no pooler',
      { DATABASE_WATCH_URL: `postgresql://u:${SECRET}@127.0.0.1/db` },
      /^DATABASE_WATCH_URL is for DATABASE_POOLER=true; .*\.$/,
    ],
    [
      'metrics on the port of the service',
      { PORT: '3001', METRICS_PORT: '3001' },
      /^METRICS_PORT must be another port than PORT; .*\.$/,
    ],
  ])('stop the start in one line: %s', async (_, env, line) => {
    const { code, lines, output, made } = await refusal(env);
    expect({ code, lines, made }).toEqual({ code: 1, lines: [expect.stringMatching(line)], made: [] });
    expect(output).not.toContain(SECRET);
  });
});

describe('DATABASE_URL', () => {
  it('that leads nowhere stops the start in one line, which does not repeat the password', async () => {
    const unknown = urlOf({ connectionString: testState().adminUrl }, 'there_is_no_such_database');
    const closed = `postgresql://doorlist:${SECRET}@127.0.0.1:${await freePort()}/doorlist`;
    const PUBLIC_URL = 'https://door.example';
    const refusals = await Promise.all([closed, unknown].map((url) => refusal({ DATABASE_URL: url, PUBLIC_URL })));
    for (const { code, lines, output } of refusals) {
      expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringMatching(/^DATABASE_URL must .+\.$/)] });
      expect(output).not.toContain(SECRET);
    }
  });

  it('brings no demo data but where it is asked for; the bootstrap client is made once and then left as it is', async () => {
    const url = await newDatabase('migrated');
    const first = `+ s/e=c:r%41&t? ${randomBytes(16).toString('base64')}`;
    const second = randomBytes(32).toString('hex');
    // What is revoked by a command is refused at once.
    const env = { DATABASE_URL: url, BOOTSTRAP_CLIENT_ID: 'root-door', LOG_LEVEL: 'info', AUTH_CACHE_SECONDS: '0' };

    const service = await start({ ...env, BOOTSTRAP_CLIENT_SECRET: first });
    await expect(tokenOf(service.url, 'root-door', first)).resolves.toMatch(/^ey/);
    const plain = Buffer.from(`root-door:${first}`).toString('base64');
    const headers = { authorization: `Basic ${plain}`, 'content-type': 'application/x-www-form-urlencoded' };
    const asItIs = await fetch(`${service.url}/oauth/token`, {
      method: 'POST',
      headers,
      body: 'grant_type=client_credentials',
    });
    expect(asItIs.status).toBe(200);
    expect(service.output()).not.toContain('Demo tenant');
    expect(service.output()).not.toContain(first);
    expect(await query(url, 'SELECT count(*)::int AS n FROM tenants')).toEqual([{ n: 0 }]);
    const made = await query(url, 'SELECT * FROM platform_clients');
    expect(made).toEqual([expect.objectContaining({ client_id: 'root-door', scopes: ['platform'], status: 'active' })]);
    expect(await service.stop()).toBe(0);

    const again = await start({ ...env, BOOTSTRAP_CLIENT_SECRET: second, DEMO_DATA: 'true' });
    await expect(tokenOf(again.url, 'root-door', first)).resolves.toMatch(/^ey/);
    await expect(tokenOf(again.url, 'root-door', second)).rejects.toThrow('401');
    expect(await query(url, 'SELECT * FROM platform_clients')).toEqual(made);
    expect(again.output()).toMatch(/Demo tenant +[0-9a-f-]{36}\n/);
    expect(await query(url, 'SELECT slug, (SELECT count(*)::int FROM users) AS users FROM tenants')).toEqual([
      { slug: 'demo', users: 40 },
    ]);
    const events = await query(
      url,
      `SELECT count(*)::int AS n FROM platform_audit_events WHERE resource_type = 'platform_client'`,
    );
    expect(events).toEqual([{ n: 1 }]);

    // The operator's own: nobody else gets at them. No URL of the service is needed.
    const clients = async (words: string): Promise<CommandEnd> =>
      command(`platform-clients ${words}`, { DATABASE_URL: url });
    const listed = await clients('list');
    expect(listed).toEqual({
      code: 0,
      lines: [expect.stringMatching(/^root-door: active, platform, since \d{4}-\d\d-\d\dT[\d:.]+Z$/)],
      errors: [],
    });
    const rotated = await clients('rotate root-door');
    const third = /^client_secret ([\w-]{43})$/.exec(rotated.lines[0] ?? '')?.[1] ?? '';
    const token = await tokenOf(again.url, 'root-door', third);
    const listing = async (): Promise<Response> =>
      fetch(`${again.url}/api/v1/tenants`, { headers: { authorization: `Bearer ${token}` } });
    await expect(tokenOf(again.url, 'root-door', first)).rejects.toThrow('401');
    expect((await listing()).status).toBe(200);
    expect((await clients('revoke root-door')).lines).toEqual(['the platform client root-door is revoked']);
    await expect(tokenOf(again.url, 'root-door', third)).rejects.toThrow('401');
    const refused = await listing();
    expect([refused.status, await refused.json()]).toEqual([401, expect.objectContaining({ code: 'client_revoked' })]);
    const last = await clients('rotate root-door');
    expect([last.code, last.errors]).toEqual([1, ['The platform client root-door is revoked, which is for good.']]);
    const trail = await query(
      url,
      `SELECT action, before ->> 'status' AS before, after ->> 'status' AS after FROM platform_audit_events
        WHERE resource_type = 'platform_client' ORDER BY seq`,
    );
    expect(trail).toEqual([
      { action: 'platform_client.created', before: null, after: 'active' },
      { action: 'platform_client.secret_rotated', before: 'active', after: 'active' },
      { action: 'platform_client.revoked', before: 'active', after: 'revoked' },
    ]);
    expect(await again.stop()).toBe(0);
  }, 120_000);

  it.each([
    ['', 'Say what to do: list, revoke, rotate, not nothing.'],
    [' remove root', 'Say what to do: list, revoke, rotate, not remove.'],
    [' revoke', 'Name the client by its client_id.'],
    [' list root', 'Nothing is expected behind it, not root.'],
  ])('has platform clients, and a command that says what it was told wrong:%s', async (words, message) => {
    const { code, lines, errors } = await command(`platform-clients${words}`);
    const usage = 'Usage: npm run doorlist -- platform-clients list | revoke <client_id> | rotate <client_id>';
    expect({ code, lines, errors }).toEqual({ code: 2, lines: [], errors: [message, usage] });
  });
});

describe('PUBLIC_URL', () => {
  const PUBLIC = 'https://door.example/iam';
  const SPOOFED = {
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'gopher',
    Forwarded: 'host=evil.example',
  };

  it('is the base of every absolute URL and the issuer of the tokens, and the Host header is not', async () => {
    const tenant = await newTenant();
    const service = await start({
      DATABASE_URL: workerState().databaseUrl,
      PUBLIC_URL: `${PUBLIC}/`,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    });
    const get = async (path: string): Promise<string> =>
      (await sendRaw(service.url, requestText('GET', path, SPOOFED)))!.text;

    const discovery = JSON.parse(await get('/.well-known/openid-configuration'));
    expect(discovery).toMatchObject({
      issuer: PUBLIC,
      token_endpoint: `${PUBLIC}/oauth/token`,
      jwks_uri: `${PUBLIC}/oauth/jwks`,
    });
    const document = JSON.parse(await get('/docs-json'));
    expect(document.servers).toEqual([{ url: PUBLIC }]);
    expect(JSON.stringify(document.components.securitySchemes)).toContain(`"tokenUrl":"${PUBLIC}/oauth/token"`);
    const platform = await platformApi(service.url);
    expect(decodeJwt(platform.token!).iss).toBe(PUBLIC);
    const body = JSON.stringify({ user_name: 'ada' });
    const authorization = `Bearer ${platform.token!}`;
    const head = {
      ...SPOOFED,
      Authorization: authorization,
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
    };
    const made = await sendRaw(service.url, requestText('POST', `${tenant.path}/users`, head) + body);
    expect(made!.status).toBe(201);
    expect(made!.headers.location).toBe(`${PUBLIC}${tenant.path}/users/${JSON.parse(made!.text).data.id}`);
    for (const text of [JSON.stringify(discovery), JSON.stringify(document), JSON.stringify(made), await get('/docs')])
      expect(text).not.toContain('evil.example');

    // The issuer of the other instances has another name, so their tokens are not for this one, and the other way round.
    expect((await new Api(service.url, tenant.api.token).get(`${tenant.path}/users`)).body.code).toBe('unknown_issuer');
    expect((await new Api(workerState().url, platform.token).get(tenant.path)).body.code).toBe('unknown_issuer');
  });
});

describe('the README', () => {
  it('names every variable with its default and what it is for, and no other', () => {
    const rows = readFileSync(README, 'utf8')
      .split('\n')
      .filter((line) => /^\| `[A-Z_]+` +\|/.test(line));
    const cells = rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const expected = Object.values(SETTINGS).map(({ variable, fallback, about }) => {
      const isUnset = typeof fallback === 'object';
      return [`\`${variable}\``, isUnset ? expect.stringMatching(/^(unset|none)$/) : `\`${String(fallback)}\``, about];
    });
    expect(cells).toEqual(expected);
  });
});
