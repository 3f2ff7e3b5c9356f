import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { disarmPostmasterPid, parsePostmasterPid } from './postmaster-pid.js';

/** The lines of a server on a Unix socket, as PostgreSQL 18 writes them. */
const SOCKET_LINES = ['16122', '/data/postgres', '1795321108', '5432', '/data/postgres', '', '  1234   5', 'ready   '];

describe('postmaster.pid', () => {
  it('names the process and the socket folder', () => {
    expect(parsePostmasterPid(SOCKET_LINES.join('\n'))).toEqual({
      pid: 16122,
      address: { host: '/data/postgres', port: 5432 },
    });
  });

  it('names the listen address where there is no socket', () => {
    const lines = ['7', '/data/postgres', '1795321108', '40001', '', '127.0.0.1', '1 2', 'ready'];
    expect(parsePostmasterPid(lines.join('\n'))?.address).toEqual({ host: '127.0.0.1', port: 40001 });
  });

  it('has no address yet in the first moments of a server', () => {
    expect(parsePostmasterPid('7\n/data/postgres\n1795321108\n5432\n\n')).toEqual({ pid: 7, address: undefined });
    expect(parsePostmasterPid('7\n')).toEqual({ pid: 7, address: undefined });
  });

  it('takes the negative process id of a single-user server for a process too', () => {
    expect(parsePostmasterPid('-7\n/data/postgres\n')?.pid).toBe(7);
  });

  it.each(['', '\n', 'x\n', '0\n'])('names nobody in %j', (text) => {
    expect(parsePostmasterPid(text)).toBeUndefined();
  });
});

describe('disarming a stale postmaster.pid', () => {
  let cluster: string;

  beforeEach(async () => {
    cluster = await mkdtemp(join(tmpdir(), 'postmaster-pid-'));
    const lines = SOCKET_LINES.map((line) => line.replace('/data/postgres', cluster));
    await writeFile(join(cluster, 'postmaster.pid'), lines.join('\n'));
    await writeFile(join(cluster, '.s.PGSQL.5432.lock'), '16122\n');
  });

  afterEach(async () => {
    await rm(cluster, { recursive: true, force: true });
  });

  it('replaces the process id, keeps the shared memory key, and removes the lock of the socket', async () => {
    await disarmPostmasterPid(cluster, 16122);
    const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
    expect(Number(lines[0])).toBeGreaterThan(4_194_304);
    expect(lines.slice(1)).toEqual(SOCKET_LINES.slice(1).map((line) => line.replace('/data/postgres', cluster)));
    await expect(readFile(join(cluster, '.s.PGSQL.5432.lock'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves the file of a server that has started meanwhile', async () => {
    await disarmPostmasterPid(cluster, 999);
    expect(await readFile(join(cluster, 'postmaster.pid'), 'utf8')).toMatch(/^16122\n/);
    expect(await readFile(join(cluster, '.s.PGSQL.5432.lock'), 'utf8')).toBe('16122\n');
  });
});
