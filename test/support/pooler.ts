import { spawn, spawnSync } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { chooseUnprivilegedAccount } from '../../src/persistence/engines/embedded/account.js';
import { freePort } from './doorlist-process.js';

type Account = Awaited<ReturnType<typeof chooseUnprivilegedAccount>>;

/** Why tests of the pooler cannot run on this machine; null where they can. */
export const NO_POOLER = spawnSync('pgbouncer', ['--version']).status === 0 ? null : 'there is no pgbouncer';

/** Whoever connects is the user that stands with the database. */
const SETTINGS = {
  listen_addr: '127.0.0.1',
  unix_socket_dir: '',
  auth_type: 'any',
  pool_mode: 'transaction',
  default_pool_size: 1,
  max_client_conn: 2000,
  server_idle_timeout: 5,
};

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
  const account = process.getuid?.() === 0 ? await chooseUnprivilegedAccount() : null;
  const server = new URL(url);
  const file = await writeSettings(join(folder, 'pooler'), server, port, account);
  const child = spawn('pgbouncer', ['-q', file], { stdio: ['ignore', 'ignore', 'inherit'], ...asAccount(account) });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  server.searchParams.delete('host');
  server.host = `127.0.0.1:${port}`;
  await Promise.race([answers(server.href), ended.then(() => Promise.reject(new Error('PgBouncer ended.')))]);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { host: server.host, url: server.href, stop };
}

/** Writes its file into a folder that it can enter; answers the file's path. */
async function writeSettings(home: string, server: URL, port: number, account: Account | null): Promise<string> {
  const host = server.searchParams.get('host') ?? server.hostname;
  const target = [`host=${host}`, `port=${server.port || '5432'}`, `user=${decodeURIComponent(server.username)}`];
  if (server.password) target.push(`password=${decodeURIComponent(server.password)}`);
  const settings = { ...SETTINGS, listen_port: port };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${String(value)}`);
  const file = join(home, 'pgbouncer.ini');
  await mkdir(home, { mode: 0o700 });
  await writeFile(file, ['[databases]', `* = ${target.join(' ')}`, '[pgbouncer]', ...lines, ''].join('\n'));
  if (account) for (const path of [home, file]) await chown(path, account.uid, account.gid);
  return file;
}

/** It refuses to be root. */
function asAccount(account: Account | null): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
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
