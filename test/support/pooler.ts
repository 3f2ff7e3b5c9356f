import { spawn, spawnSync } from 'node:child_process';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './doorlist-process.js';

/** Why tests of the pooler cannot run on this machine; null where they can. */
export const NO_POOLER = spawnSync('pgbouncer', ['--version']).status === 0 ? null : 'there is no pgbouncer';

/** A running PgBouncer. */
export interface Pooler {
  /** `host:port` */
  readonly host: string;
  /** The database of the server's URL, through it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a PgBouncer in transaction mode, with one connection a database, in front of the server at `url`. */
export async function startPooler(url: string, folder: string): Promise<Pooler> {
  const port = await freePort();
  const server = new URL(url);
  const host = server.searchParams.get('host') ?? server.hostname;
  const target = [`host=${host}`, `port=${server.port || '5432'}`, `user=${decodeURIComponent(server.username)}`];
  if (server.password) target.push(`password=${decodeURIComponent(server.password)}`);
  const home = join(folder, 'pooler');
  await mkdir(home, { mode: 0o700 });
  const file = join(home, 'pgbouncer.ini');
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 1,
    max_client_conn: 2000,
    server_idle_timeout: 5,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${String(value)}`);
  await writeFile(file, ['[databases]', `* = ${target.join(' ')}`, '[pgbouncer]', ...lines, ''].join('\n'));
  const account = process.getuid?.() === 0 ? await unprivileged() : {};
  if (account.uid !== undefined) for (const path of [home, file]) await chown(path, account.uid, account.gid);
  const child = spawn('pgbouncer', ['-q', file], { stdio: ['ignore', 'ignore', 'inherit'], ...account });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  server.searchParams.delete('host');
  server.host = `127.0.0.1:${port}`;
  await Promise.race([answers(server.href), ended.then(() => Promise.reject(new Error('PgBouncer ended.')))]);
  return {
    host: `127.0.0.1:${port}`,
    url: server.href,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt >= 50) throw error;
      await sleep(100);
    }
  }
}

/** Somebody whom PgBouncer may run as: it refuses to be root. */
async function unprivileged(): Promise<{ uid: number; gid: number }> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!found) throw new Error('There is no account that PgBouncer could run as.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}
