import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';

import.meta.jest.setTimeout(90_000);

/** Room for an empty cluster with its log, and some more. */
const DISK = '160m';
const CHUNK = Buffer.alloc(1 << 20);
/** Random, so that nothing of it can be pressed together. */
const WEIGHT = 9000;

const folder = mkdtempSync(join(tmpdir(), 'doorlist-disk-'));
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=0711`, 'doorlist-test', folder]).status === 0;
// eslint-disable-next-line no-restricted-syntax -- only root can mount a small disk; the name of the tests says so
const withDisk = mounted ? describe : describe.skip;

afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true, force: true });
});

withDisk(`a full disk under the embedded database${mounted ? '' : ' (skipped: nothing can be mounted here)'}`, () => {
  const filler = join(folder, 'filler');
  let service: DoorlistProcess;
  let tenant: TestTenant;

  beforeAll(async () => {
    chmodSync(folder, 0o711);
    service = await startDoorlist({
      DATA_DIR: folder,
      DEMO_DATA: 'false',
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
      LOG_LEVEL: 'warn',
    });
    tenant = await newTenant(service.url);
  });

  afterAll(async () => {
    await service.stop();
  });

  function fill(): void {
    for (;;) {
      try {
        appendFileSync(filler, CHUNK);
      } catch {
        return;
      }
    }
  }

  async function endLogFile(): Promise<void> {
    const password = readFileSync(join(folder, 'postgres.password'), 'utf8').trim();
    const client = new pg.Client({ host: join(folder, 'postgres'), user: 'doorlist', password, database: 'doorlist' });
    client.on('error', () => undefined);
    await client.connect();
    // The row that is written behind the switch needs the next file.
    await client.query('SELECT pg_switch_wal(); CREATE TABLE behind ()').catch(() => undefined);
    await client.query('SELECT pg_switch_wal(); CREATE TABLE behind_that ()').catch(() => undefined);
    await client.end().catch(() => undefined);
  }

  it('refuses what needs space (503), loses nothing, and is well again when there is some', async () => {
    const made: string[] = [];
    const refused: { status: number; code: string; retryAfter: string | null }[] = [];
    const write = async (): Promise<number> => {
      const name = randomUUID();
      const body = { user_name: name, attributes: { weight: randomBytes(WEIGHT).toString('base64') } };
      const answer = await tenant.api.post(`${tenant.path}/users`, body);
      if (answer.status === 201) made.push(name);
      else {
        const retryAfter = answer.headers.get('retry-after');
        refused.push({ status: answer.status, code: answer.body.code as string, retryAfter });
      }
      return answer.status;
    };
    await write();
    fill();
    for (let tries = 0; refused.length < 30 && tries < 100; tries += 1) {
      await Promise.all(Array.from({ length: 6 }, write));
    }
    // Without a file for its log the server ends itself, and cannot come up again before there is space.
    fill();
    await endLogFile();
    for (let tries = 0; tries < 20; tries += 1) {
      await write();
      await sleep(100);
    }
    rmSync(filler);
    const from = performance.now();
    while ((await write()) !== 201 && performance.now() - from < 30_000) await sleep(50);
    const took = performance.now() - from;

    expect(service.output()).toContain('lost the database server; bringing it back');
    expect(refused.length).toBeGreaterThanOrEqual(30);
    expect(refused.filter(({ status, retryAfter }) => status !== 503 || retryAfter !== '1')).toEqual([]);
    expect(refused.map(({ code }) => code)).toContain('database_full');
    expect(took).toBeLessThan(10_000);
    const stored: string[] = [];
    for (let page = 1, last = 1; page <= last; page += 1) {
      const { body } = await tenant.api.get(`${tenant.path}/users?per_page=200&page=${page}`);
      stored.push(...(body.data as { user_name: string }[]).map((user) => user.user_name));
      last = body.pagination.total_pages as number;
    }
    expect(made.filter((name) => !stored.includes(name))).toEqual([]);
  });
});
