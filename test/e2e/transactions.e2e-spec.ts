import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { loadConfig } from '../../src/config/config.js';
import { PlatformScope, SYSTEM_ACTOR } from '../../src/kernel/scope.js';
import type { StatementRun } from '../../src/kernel/statement-run.js';
import type { StatementWatch } from '../../src/kernel/statement-watch.js';
import { dataSourceFor } from '../../src/persistence/data-source.js';
import { entranceOf } from '../../src/persistence/database-role.js';
import { sendOptions } from '../../src/persistence/servers.js';
import { plannedOnce, statement } from '../../src/persistence/statement.js';
import type { Transaction } from '../../src/persistence/transaction.js';
import { UnitOfWork } from '../../src/persistence/unit-of-work.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { withClient } from '../support/new-database.js';

const KEEP = plannedOnce(statement('test.keep', 'INSERT INTO service_secrets (name, value) VALUES ($1, $2)'));
const NAMES = statement('test.names', `SELECT name FROM service_secrets WHERE name LIKE 'test.%' ORDER BY name`);
const ALL_COLUMNS = plannedOnce(statement('test.all', `SELECT * FROM service_secrets WHERE name = 'test.one'`));
const PLANNING = `SELECT current_setting('plan_cache_mode') || ', ' || current_setting('enable_seqscan') AS mode`;
const [ONCE, ANEW] = [plannedOnce(statement('test.once', PLANNING)), statement('test.anew', PLANNING)];
const LOCK = statement('test.lock', 'SELECT pg_advisory_xact_lock(4711)');
const TOO_LONG = statement('test.divided', 'SELECT 1 / $1::int AS quotient');

const keep = (name: string): [typeof KEEP, unknown[]] => [KEEP, [`test.${name}`, Buffer.from(name)]];
const scope = (): PlatformScope => new PlatformScope(SYSTEM_ACTOR, 'test');

const [PLANNED_ONCE, PLANNED_ANEW] = ['force_generic_plan, off', 'auto, on'];

/** One connection, so that each transaction finds what the one before has left on it. */
const POOL = 1;

describe('a transaction', () => {
  let url: string;
  let dataSource: DataSource;
  let unitOfWork: UnitOfWork;
  /** The statements that were sent, a batch each. */
  const batches: string[] = [];
  const told: StatementRun[] = [];

  const run = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> => {
    batches.length = 0;
    told.length = 0;
    return unitOfWork.run(scope(), work);
  };
  const kept = async (): Promise<string[]> => (await rowsAt<{ name: string }>(url, NAMES.text)).map(({ name }) => name);
  const modes = async (transaction: Transaction, ...asked: (typeof ONCE)[]): Promise<string[]> => {
    const found: string[] = [];
    for (const each of asked) found.push((await transaction.query<{ mode: string }>(each, []))[0]!.mode);
    return found;
  };

  beforeEach(async () => {
    url = await newDatabase('migrated');
    const config = { ...loadConfig({ DATABASE_URL: url, PUBLIC_URL: 'http://127.0.0.1' }), databasePoolSize: POOL };
    dataSource = dataSourceFor({ connectionString: url }, config, []);
    await dataSource.initialize();
    const watch: StatementWatch = {
      ended: (_scope, runs) => {
        const names = runs.map(({ statement: { name, text }, failed }) => `${failed ? 'failed: ' : ''}${name || text}`);
        batches.push(names.join(', '));
        told.push(...runs);
      },
    };
    unitOfWork = new UnitOfWork(dataSource, { ...sendOptions(config, entranceOf(config, 'single')), watch });
  });
  afterEach(() => dataSource.destroy());

  it('sends what answers nothing with what does, or with COMMIT', async () => {
    const names = await run(async (transaction) => {
      transaction.later(...keep('one'));
      transaction.later(...keep('two'));
      const found = await transaction.query(NAMES, []);
      transaction.later(...keep('three'));
      return found;
    });
    expect(names).toEqual([{ name: 'test.one' }, { name: 'test.two' }]);
    expect(batches).toEqual(['START TRANSACTION, test.keep, test.keep, test.names', 'test.keep, COMMIT']);
    expect(await kept()).toEqual(['test.one', 'test.three', 'test.two']);
  });

  it('tells the time of each statement of a batch, and of none that was not run', async () => {
    let released = 0;
    await withClient(url, async (other) => {
      await other.query('SELECT pg_advisory_lock(4711)');
      const asked = run(async (transaction) => {
        transaction.later(...keep('one'));
        transaction.later(LOCK, []);
        transaction.later(...keep('two'));
        await transaction.query(NAMES, []);
        transaction.later(TOO_LONG, [0]);
        await transaction.query(NAMES, []);
      });
      const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted`;
      while ((await rowsAt(url, waiting)).length === 0);
      await sleep(20);
      released = performance.now();
      await other.query('SELECT pg_advisory_unlock(4711)');
      await expect(asked).rejects.toMatchObject({ code: '22012' });
    });
    const names = told.map(({ statement: { name, text } }) => name || text);
    expect(names).toEqual([
      ...['START TRANSACTION', 'test.keep', 'test.lock', 'test.keep', 'test.names'],
      ...['test.divided', 'ROLLBACK'],
    ]);
    expect(told.map(({ failed }) => failed)).toEqual(names.map((name) => name === 'test.divided'));
    // Within a batch each begins where the one before it has ended; what begins the transaction takes no time.
    for (const at of [1, 2, 3, 4]) expect(told[at]!.begun).toBe(told[at - 1]!.ended);
    expect(told[0]!.ended).toBe(told[0]!.begun);
    // The first one's end is known while the second one waits.
    expect(told[1]!.ended).toBeLessThan(released);
    expect(told[2]!.ended).toBeGreaterThan(released);
  });

  it('sends nothing at all where there is nothing to do', async () => {
    expect(await run(() => Promise.resolve(7))).toBe(7);
    expect(batches).toEqual([]);
  });

  it('tells whoever waits next of what failed before, and keeps nothing', async () => {
    const refused = run(async (transaction) => {
      transaction.later(...keep('one'));
      transaction.later(TOO_LONG, [0]);
      await transaction.query(NAMES, []);
    });
    await expect(refused).rejects.toMatchObject({ code: '22012' });
    expect(batches).toEqual(['START TRANSACTION, test.keep, failed: test.divided', 'ROLLBACK']);
    const unseen = run(async (transaction) => {
      transaction.later(...keep('two'));
      transaction.later(TOO_LONG, [0]);
      return Promise.resolve();
    });
    await expect(unseen).rejects.toMatchObject({ code: '22012' });
    expect(batches).toEqual(['START TRANSACTION, test.keep, failed: test.divided', 'ROLLBACK']);
    expect(await kept()).toEqual([]);
  });

  it('prepares what a failed batch did not come to, or came to and lost, when it is used again', async () => {
    const before = run(async (transaction) => {
      transaction.later(TOO_LONG, [0]);
      await transaction.query(...keep('one'));
    });
    await expect(before).rejects.toMatchObject({ code: '22012' });
    await run((transaction) => transaction.query(...keep('one')));
    await expect(run((transaction) => transaction.query(...keep('one')))).rejects.toMatchObject({ code: '23505' });
    const itself = run((transaction) => transaction.query(plannedOnce(TOO_LONG), [0]));
    await expect(itself).rejects.toMatchObject({ code: '22012' });
    expect(await run((transaction) => transaction.query(plannedOnce(TOO_LONG), [1]))).toEqual([{ quotient: 1 }]);
    expect(await kept()).toEqual(['test.one']);
  });

  it('goes back to a savepoint, sent or not, with all that was set since', async () => {
    const seen = await run(async (transaction) => {
      transaction.later(...keep('one'));
      transaction.savepoint('answer');
      transaction.later(...keep('unsent'));
      await transaction.rollbackToSavepoint('answer');
      transaction.savepoint('rehearsal');
      const first = await modes(transaction, ONCE);
      transaction.later(TOO_LONG, [0]);
      await transaction.rollbackToSavepoint('rehearsal');
      const second = await modes(transaction, ANEW, ONCE);
      return [...first, ...second];
    });
    expect(seen).toEqual([PLANNED_ONCE, PLANNED_ANEW, PLANNED_ONCE]);
    expect(await kept()).toEqual(['test.one']);
  });

  it('plans once what is to be planned once, and nothing else', async () => {
    const seen = await run((transaction) => modes(transaction, ANEW, ONCE, ONCE, ANEW, ONCE));
    expect(seen).toEqual([PLANNED_ANEW, PLANNED_ONCE, PLANNED_ONCE, PLANNED_ANEW, PLANNED_ONCE]);
    expect(await run((transaction) => modes(transaction, ANEW))).toEqual([PLANNED_ANEW]);
  });

  it('plans what it plans once for tables that grow, however empty they are', async () => {
    await withClient(url, (client) => client.query('VACUUM ANALYZE service_secrets'));
    const text = `EXPLAIN SELECT FROM service_secrets WHERE name = 'test.one'`;
    const planOf = async (planned: typeof ONCE): Promise<string> =>
      JSON.stringify(await run((transaction) => transaction.query(planned, [])));
    expect(await planOf(statement('test.plan', text))).toContain('Seq Scan');
    expect(await planOf(plannedOnce(statement('test.plan', text)))).toContain('service_secrets_pkey');
  });

  it('is run again on another connection where what this one keeps prepared has changed', async () => {
    await run((transaction) => transaction.query(...keep('one')));
    await run((transaction) => transaction.query(ALL_COLUMNS, []));
    await withClient(url, (client) => client.query('ALTER TABLE service_secrets ADD COLUMN more text'));
    const rows = await run((transaction) => transaction.query(ALL_COLUMNS, []));
    expect(rows).toEqual([{ name: 'test.one', value: Buffer.from('one'), more: null }]);
    expect(batches.map((batch) => batch.includes('failed'))).toEqual([true, false, false]);
  });

  it('is not kept where a failure was passed over', async () => {
    const careless = run(async (transaction) => {
      await transaction.query(...keep('one'));
      await transaction.query(TOO_LONG, [0]).catch(() => undefined);
    });
    await expect(careless).rejects.toThrow('A statement of the transaction had failed');
    expect(await kept()).toEqual([]);
  });
});
