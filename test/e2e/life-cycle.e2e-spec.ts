import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Api, openApiCheck, tokenOf } from '../support/api.js';
import { freePort, launchDoorlist } from '../support/doorlist-process.js';
import { requestText, sendRaw } from '../support/raw-http.js';

/** Longest time from a signal to the end of the service, in milliseconds. */
const STOP_LIMIT_MS = 10_000;
const PACKAGE = new URL('../../package.json', import.meta.url);

// Starting a service takes 2 seconds alone, and ten times that where others use the machine.
import.meta.jest.setTimeout(90_000);

type Launched = ReturnType<typeof launchDoorlist> & { readonly folder: string; readonly errors: () => string };

/** Everything that this file has started and made, to be ended and removed whatever happens. */
const launched: Launched[] = [];
const folders: string[] = [];

/** The data folder of most tests, and what its first start said and stored. */
let home: string;
let port: number;
let firstOutput: string;
let firstRows: Record<string, number>;

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doorlist-life-'));
  folders.push(folder);
  return folder;
}

function launch(folder: string, env: Record<string, string> = {}): Launched {
  const settings = { LOG_LEVEL: 'info', SHUTDOWN_SECONDS: '2', LOCK_TIMEOUT_MS: '600000', ...env };
  const started = launchDoorlist({ DATA_DIR: folder, PORT: String(port), ...settings });
  let errors = '';
  started.child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  launched.push({ ...started, folder, errors: () => forPeople(errors).trim() });
  return launched.at(-1)!;
}

/** Waits until `test` holds; fails where it does not in time. */
async function until(what: string, test: () => unknown, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await test())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await sleep(10);
  }
}

async function listening(service: Launched): Promise<Launched> {
  const { child, output } = service;
  const isWhole = (): boolean => /is listening[^]*\n\n$/.test(forPeople(output()));
  await until('the service listens', () => isWhole() || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`The service ended:\n${output()}`);
  return service;
}

const start = async (folder: string): Promise<Launched> => listening(launch(folder));

/** The service that runs at home; started where none does. */
async function running(): Promise<Launched> {
  const isHome = ({ child, folder }: Launched): boolean =>
    folder === home && child.exitCode === null && child.signalCode === null;
  return listening(launched.find(isHome) ?? launch(home));
}

/** Stops everything that still runs, in order. */
async function stopAll(): Promise<void> {
  for (const each of launched) await stop(each);
}

/** What is printed for people: not the log, and not what a library says of the version of Node. */
function forPeople(output: string): string {
  return output.replaceAll(/^(\{|oidc-provider).*\n/gm, '');
}

function printed(output: string, label: string): string {
  return new RegExp(`^ {2}${label} +(.+)$`, 'm').exec(output)?.[1] ?? '';
}

/** What is read of a process; empty where it has ended meanwhile. */
function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

const fileOf = (path: string): string => quietly(() => readFileSync(path, 'utf8'));

/** Every living process that works in the folder or was told of it. */
function processesOf(folder: string): { pid: number; command: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const command = fileOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const isTold = `${command} ${fileOf(`/proc/${pid}/environ`)}`.includes(folder);
    return isTold || quietly(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(folder)
      ? [{ pid: Number(pid), command }]
      : [];
  });
}

async function killAll(folder: string): Promise<void> {
  await until('no process is left', () => {
    const left = processesOf(folder);
    for (const { pid } of left) quietly(() => String(process.kill(pid, 'SIGKILL')));
    return left.length === 0;
  });
}

/** Signals, and answers the exit code and how long it took. */
async function stop({ child, ended }: Launched, signal: NodeJS.Signals = 'SIGTERM'): Promise<[number | null, number]> {
  const from = Date.now();
  child.kill(signal);
  const code = await ended;
  return [code, Date.now() - from];
}

async function connectTo(folder: string): Promise<pg.Client> {
  const password = (await readFile(join(folder, 'postgres.password'), 'utf8')).trim();
  const client = new pg.Client({ host: join(folder, 'postgres'), user: 'doorlist', password, database: 'doorlist' });
  // The service may stop its server under this connection.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** The rows of one query; null where the database cannot answer it (yet). */
async function ask<Row extends pg.QueryResultRow>(folder: string, text: string): Promise<Row[] | null> {
  const client = await connectTo(folder).catch(() => null);
  const answer = await client?.query<Row>(text).catch(() => null);
  await client?.end();
  return answer?.rows ?? null;
}

async function rowsOf(folder: string): Promise<Record<string, number>> {
  const tables = await ask<{ name: string }>(
    folder,
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const counts = tables!.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS n FROM "${name}"`);
  const rows = await ask<{ name: string; n: number }>(folder, `${counts.join(' UNION ALL ')} ORDER BY 1`);
  return Object.fromEntries(rows!.map(({ name, n }) => [name, n]));
}

/** A caller with the credentials that a start printed. */
async function demoApi(output: string): Promise<{ api: Api; path: string }> {
  const url = `http://127.0.0.1:${port}`;
  const token = await tokenOf(url, printed(output, 'Client id'), printed(output, 'Client secret'));
  await openApiCheck(url);
  return { api: new Api(url, token), path: `/api/v1/tenants/${printed(output, 'Demo tenant')}` };
}

const isRefused = async (): Promise<boolean> =>
  (await sendRaw(`http://127.0.0.1:${port}`, requestText('GET', '/health/live'))) === null;

beforeAll(async () => {
  home = await newFolder();
  port = await freePort();
  firstOutput = (await start(home)).output();
  firstRows = await rowsOf(home);
});

afterAll(async () => {
  for (const { child, ended } of launched) {
    child.kill('SIGKILL');
    await ended;
  }
  for (const folder of folders) {
    await killAll(folder);
    await rm(folder, { recursive: true, force: true });
  }
});

describe('the first start', () => {
  it('prints the version, the places, the demo tenant with a client, and three commands', () => {
    const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
    const url = `http://localhost:${port}`;
    const id = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
    const text = forPeople(firstOutput);
    expect(text).toContain(`Doorlist ${version} is listening\n`);
    expect(printed(text, 'API')).toBe(`${url}/api/v1`);
    expect(printed(text, 'Swagger UI')).toBe(`${url}/docs`);
    expect(printed(text, 'Database')).toMatch(/^PostgreSQL 18\.\d+, embedded in \/.+\/postgres$/);
    expect(printed(text, 'Demo tenant')).toMatch(new RegExp(`^${id}$`));
    expect(printed(text, 'Client id')).toMatch(/^[\w-]{22}\.[\w-]{16}$/);
    expect(printed(text, 'Client secret')).toMatch(/^[\w-]{43}$/);
    const commands = text.split('\n').filter((line) => /^ {2}(TOKEN=|curl )/.test(line));
    expect(commands).toEqual([
      expect.stringContaining(`${url}/oauth/token`),
      expect.stringMatching(new RegExp(`${url}/api/v1/tenants/${id}/applications/${id}/effective-users`)),
      expect.stringMatching(new RegExp(`-X PUT .*${url}/api/v1/tenants/${id}/users/${id}/applications/${id}$`)),
    ]);
  });

  it('makes a company: 40 people, groups in groups, a dozen applications, and every way of getting access', async () => {
    const { api, path } = await demoApi(firstOutput);
    const counts: number[] = [];
    for (const kind of ['users', 'groups', 'applications'])
      counts.push((await api.get(`${path}/${kind}`)).body.pagination.total_items as number);
    expect(counts).toEqual([40, 10, 12]);
    expect(await ask(home, `SELECT slug, status FROM tenants`)).toEqual([{ slug: 'demo', status: 'active' }]);
    const [ways] = (await ask<Record<string, number>>(
      home,
      `SELECT (SELECT count(*)::int FROM assignments WHERE user_id IS NOT NULL) AS direct,
              (SELECT count(*)::int FROM assignments a JOIN group_members m USING (tenant_id, group_id)) AS by_group,
              (SELECT count(*)::int FROM assignments a JOIN group_nestings outside ON outside.parent_id = a.group_id
                 JOIN group_nestings inside ON inside.parent_id = outside.child_id
                 JOIN group_members m ON m.group_id = inside.child_id) AS by_nesting`,
    ))!;
    for (const way of ['direct', 'by_group', 'by_nesting']) expect([way, ways![way]! > 0]).toEqual([way, true]);
  });

  it('prints commands that work when they are pasted one after the other', async () => {
    const commands = firstOutput.split('\n').filter((line) => /^ {2}(TOKEN=|curl )/.test(line));
    const pasted = commands.map((command) => `${command}\necho`).join('\n');
    const { stdout, stderr, status } = spawnSync('bash', ['-c', pasted], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const [users, assigned] = stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    expect(users.data).toHaveLength(5);
    expect(users.pagination).toMatchObject({ page: 1, per_page: 5 });
    expect(users.data[0]).toMatchObject({ user_name: expect.any(String), assignment_type: expect.any(String) });
    const [, userId, applicationId] = /users\/([^/]+)\/applications\/(\S+)$/m.exec(commands[2]!)!;
    expect(assigned.data).toMatchObject({ user_id: userId, application_id: applicationId });
    expect(await ask(home, `SELECT application_id FROM assignments WHERE user_id = '${userId}'`)).toEqual([
      { application_id: applicationId },
    ]);
  });
});

/** In this order, so that the service which one test leaves, or its end, is what the next one begins with. */
describe('a service with data', () => {
  let service: Launched;
  let api: Api;
  let path: string;
  let rows: Record<string, number>;
  let rowsAtTheEnd: Record<string, number>;

  beforeEach(async () => {
    service = await running();
    rows = await rowsOf(home);
    ({ api, path } = await demoApi(service.output()));
  });

  /** Lets every statement on users wait, and answers what ends that. */
  async function lockUsers(): Promise<() => Promise<void>> {
    const client = await connectTo(home);
    await client.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    return async () => {
      await client.query('COMMIT').catch(() => undefined);
      await client.end();
    };
  }

  const isWaiting = async (): Promise<boolean> =>
    (await ask(home, `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`))?.length === 1;

  /** Sends the head of a request and waits until the service wants its body. */
  async function beginUpload(body: string): Promise<{ socket: Socket; received: () => string }> {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('error', () => socket.destroy());
    const authorization = `Bearer ${api.token!}`;
    const headers = { authorization, expect: '100-continue', 'content-type': 'application/json' };
    socket.write(requestText('POST', `${path}/users`, { ...headers, 'content-length': String(body.length) }));
    await until('the service wants the body', () => received.startsWith('HTTP/1.1 100 Continue'));
    socket.write(body.slice(0, 5));
    return { socket, received: () => received };
  }

  it('on SIGTERM refuses new connections, answers what is in flight, and leaves nothing behind', async () => {
    const unlock = await lockUsers();
    const pending = api.get(`${path}/users?per_page=1`);
    await until('the statement waits', isWaiting);
    const stopped = stop(service);
    await until('new connections are refused', isRefused, STOP_LIMIT_MS);
    await unlock();
    const answer = await pending;
    expect([answer.status, answer.body.pagination.total_items]).toEqual([200, rows.users]);
    const [code, took] = await stopped;
    expect(code).toBe(0);
    expect(took).toBeLessThan(STOP_LIMIT_MS);
    expect(service.errors()).toBe('');
    expect(processesOf(home)).toEqual([]);
    rowsAtTheEnd = rows;
  });

  it('started again shows the same as the first time, and makes nothing twice', () => {
    expect(forPeople(service.output())).toBe(forPeople(firstOutput));
    expect(rows).toEqual(rowsAtTheEnd);
    expect(rows).toMatchObject({ tenants: 1, api_clients: 1, signing_keys: 1, platform_clients: 0 });
  });

  it('on SIGINT does the same, and a body on its way is still read and stored', async () => {
    const body = JSON.stringify({ user_name: 'in-flight' });
    const { socket, received } = await beginUpload(body);
    const stopped = stop(service, 'SIGINT');
    await until('new connections are refused', isRefused, STOP_LIMIT_MS);
    socket.write(body.slice(5));
    await until('the answer is there', () => received().includes('HTTP/1.1 201 Created'), STOP_LIMIT_MS);
    const [code, took] = await stopped;
    expect(code).toBe(0);
    expect(took).toBeLessThan(STOP_LIMIT_MS);
    expect(processesOf(home)).toEqual([]);
    await start(home);
    expect((await rowsOf(home)).users).toBe(rows.users! + 1);
  });

  it.each(['the service', 'the service and its database'])('comes up whole after kill -9 of %s', async (what) => {
    const name = `last-words-${what.length}`;
    expect((await api.post(`${path}/users`, { user_name: name })).status).toBe(201);
    const before = await rowsOf(home);
    await stop(service, 'SIGKILL');
    expect(processesOf(home)).not.toEqual([]);
    if (what.includes('database')) await killAll(home);
    const again = await start(home);
    expect(forPeople(again.output())).toBe(forPeople(firstOutput));
    expect(await rowsOf(home)).toEqual(before);
    const found = await (await demoApi(again.output())).api.get(`${path}/users?search=${name}`);
    expect(found.body.data).toEqual([expect.objectContaining({ user_name: name })]);
    const servers = processesOf(home).filter(({ command }) => command.includes('/bin/postgres'));
    expect(servers).toHaveLength(1);
  });

  it('is not disturbed by another one on its folder, which is refused in one line', async () => {
    const second = launch(home, { PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    const owner = `process ${service.child.pid}`;
    expect(second.errors()).toMatch(new RegExp(`^the data folder ${home} is in use .*${owner}.*DATA_DIR.*$`));
    expect((await api.get(`${path}/users`)).status).toBe(200);
  });

  it('ends in time even where a client sends no more and a statement never ends', async () => {
    const unlock = await lockUsers();
    const pending = api.get(`${path}/users`).catch(() => null);
    await until('the statement waits', isWaiting);
    await beginUpload('{"user_name":"never"}');
    const [code, took] = await stop(service);
    expect([code, processesOf(home)]).toEqual([0, []]);
    expect(took).toBeLessThan(STOP_LIMIT_MS);
    await unlock();
    await pending;
  });
});

describe('a start on a folder with data', () => {
  it('is refused in one line where the port is taken, and leaves no database behind', async () => {
    await stopAll();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const refused = launch(home);
    const code = await refused.ended;
    await new Promise((resolve) => taken.close(resolve));
    expect(code).toBe(1);
    expect(refused.errors()).toMatch(new RegExp(`^(HOST and )?PORT must .* free.*:${port}\\b.*$`));
    expect(processesOf(home)).toEqual([]);
  });
});

describe('a first start that is interrupted', () => {
  /** The folder of the start that SIGTERM has ended: the next test goes on with it. */
  let begun: string;

  beforeEach(stopAll);

  it('by kill -9, however often and whenever, is made up for by the next one: one demo tenant, all of it', async () => {
    const folder = await newFolder();
    const moments: [string, (output: string) => unknown][] = [
      ['the folder is taken', () => readdirSync(folder).length > 0],
      ['the cluster is made', (output) => output.includes('made a new database')],
      ['the first migration is done', () => ask(folder, 'SELECT FROM migrations')],
      ['the demo tenant is being made', async () => (await ask(folder, 'SELECT FROM signing_keys'))?.length],
    ];
    for (const [moment, hasCome] of moments) {
      const service = launch(folder);
      await until(moment, async () => service.output().includes('is listening') || (await hasCome(service.output())));
      await stop(service, 'SIGKILL');
    }
    const service = await start(folder);
    expect(await rowsOf(folder)).toEqual(firstRows);
    const { api, path } = await demoApi(service.output());
    expect((await api.get(`${path}/users?per_page=1`)).body.pagination.total_items).toBe(40);
    expect((await stop(service))[0]).toBe(0);
    expect(processesOf(folder)).toEqual([]);
  });

  it('by SIGTERM leaves nothing behind', async () => {
    begun = await newFolder();
    const service = launch(begun);
    await until('the first migration is done', () => ask(begun, 'SELECT FROM migrations'));
    const [, took] = await stop(service);
    expect(took).toBeLessThan(STOP_LIMIT_MS);
    expect(processesOf(begun)).toEqual([]);
  });

  it('by a folder that cannot hold the credentials leaves no demo tenant that nobody can use', async () => {
    await mkdir(join(begun, 'demo-tenant.json'));
    const service = launch(begun);
    await until(
      'it ends or listens',
      () => service.child.exitCode !== null || service.output().includes('is listening'),
    );
    await stop(service);
    await rm(join(begun, 'demo-tenant.json'), { recursive: true, force: true });
    const next = await start(begun);
    const { api, path } = await demoApi(next.output());
    expect((await api.get(`${path}/users`)).status).toBe(200);
    expect((await rowsOf(begun)).tenants).toBe(1);
    await stop(next);
  });
});
