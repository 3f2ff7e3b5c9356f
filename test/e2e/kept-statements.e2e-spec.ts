import pg from 'pg';
import { sendBatch, type Sent } from '../../src/persistence/pipeline/batch.js';
import { newDatabase } from '../support/database-copy.js';

const VALUES = `SELECT $1::int AS number, 'a "quoted" one' AS text, NULL::text AS nothing, true AS truth, 12345678901::bigint AS large,
                       ARRAY['a', 'b'] AS list, '{"a": [1, null]}'::json AS json, '\\x00ff'::bytea AS bytes,
                       '2026-03-29 01:30:00.123456+00'::timestamptz AS moment, '2026-03-29 01:30:00+02'::timestamptz AS other`;
const valuesWith = (number: number): object => ({
  number,
  text: 'a "quoted" one',
  nothing: null,
  truth: true,
  large: '12345678901',
  list: ['a', 'b'],
  json: { a: [1, null] },
  bytes: Buffer.from([0, 255]),
  moment: new Date('2026-03-29T01:30:00.123Z'),
  other: new Date('2026-03-28T23:30:00.000Z'),
});
const named = (name: string, text: string, ...values: unknown[]): Sent => ({ name, text, values, inSession: true });

describe('a statement that is kept prepared', () => {
  let client: pg.Client;
  /** How often the server has said what columns an answer has. */
  let described: number;

  const rowsOf = async (...statements: Sent[]): Promise<unknown[]> => (await sendBatch(client, statements)).rows;

  beforeEach(async () => {
    described = 0;
    const options: pg.ClientConfig & { pipeline: true } = {
      connectionString: await newDatabase('empty'),
      pipeline: true,
    };
    client = new pg.Client(options);
    await client.connect();
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    for (const answer of ['rowDescription', 'noData']) connection.on(answer, () => (described += 1));
  });
  afterEach(() => client.end());

  it('is asked for its columns once, and its rows are the same each time', async () => {
    for (const number of [1, 2, 3])
      expect(await rowsOf(named('test.values', VALUES, number))).toEqual([valuesWith(number)]);
    expect(described).toBe(1);
  });

  it('has its rows told apart from those of others that are under way at once, in one batch or in several', async () => {
    const [one, two] = ['SELECT $1::text AS one', `SELECT 2 AS two, $1::text AS of`];
    await rowsOf(named('test.one', one, 'kept'));
    await rowsOf(named('test.two', two, 'unread'), named('test.one', one, 'kept'));
    const found = await Promise.all([
      rowsOf(named('test.two', two, 'a'), named('test.one', one, 'b')),
      rowsOf(named('test.one', one, 'c'), named('test.two', two, 'd')),
      rowsOf(named('test.one', one, 'e')),
      rowsOf(named('test.two', two, 'f')),
    ]);
    expect(found).toEqual([[{ one: 'b' }], [{ two: 2, of: 'd' }], [{ one: 'e' }], [{ two: 2, of: 'f' }]]);
  });

  it('is asked again where it is not kept, or where the server had to prepare it anew', async () => {
    for (const number of [1, 2]) expect(await rowsOf(named('', VALUES, number))).toEqual([valuesWith(number)]);
    expect(described).toBe(2);
    const divided = 'SELECT 6 / $1::int AS quotient';
    await expect(rowsOf(named('test.divided', divided, 0))).rejects.toMatchObject({ code: '22012' });
    expect(await rowsOf(named('test.divided', divided, 2))).toEqual([{ quotient: 3 }]);
    await expect(rowsOf(named('test.divided', divided, 0))).rejects.toMatchObject({ code: '22012' });
    expect(await rowsOf(named('test.divided', divided, 3))).toEqual([{ quotient: 2 }]);
    expect(described).toBe(3);
  });

  it('answers those that were sent behind the first one, though that fails', async () => {
    const divided = [0, 2, 3].map((by) => rowsOf(named('test.divided', 'SELECT 6 / $1::int AS quotient', by)));
    expect(await Promise.allSettled(divided)).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: '22012' }) },
      { status: 'fulfilled', value: [{ quotient: 3 }] },
      { status: 'fulfilled', value: [{ quotient: 2 }] },
    ]);
  });

  it('is asked again where it is prepared anew, as it is where its first run failed', async () => {
    const divided = named('test.divided', 'SELECT 6 / a AS quotient FROM divisors');
    await client.query('CREATE TABLE divisors AS SELECT 0 AS a');
    await expect(rowsOf(divided)).rejects.toMatchObject({ code: '22012' });
    await client.query('DROP TABLE divisors');
    await client.query('CREATE TABLE divisors AS SELECT 2.0 AS a');
    expect(await rowsOf(divided)).toEqual([{ quotient: '3.0000000000000000' }]);
  });

  it('is asked each time where it may be prepared by a pooler, for another session and with other columns', async () => {
    const pooled: Sent = { name: 'test.pooled', text: 'SELECT 1 AS one', values: [] };
    expect(await rowsOf(pooled)).toEqual([{ one: 1 }]);
    await client.query('DEALLOCATE "test.pooled"');
    await client.query(`PREPARE "test.pooled" AS SELECT 'b' AS two, NULL AS three`);
    expect(await rowsOf(pooled)).toEqual([{ two: 'b', three: null }]);
  });

  it('is refused where a row cannot be read, and the connection goes on', async () => {
    const one = named('test.one', 'SELECT 1 AS one');
    await rowsOf(one);
    await client.query('DEALLOCATE "test.one"');
    await client.query('PREPARE "test.one" AS SELECT 1, 2');
    await expect(rowsOf(one)).rejects.toThrow('A row has 2 values, not 1.');
    expect(await rowsOf(named('test.two', 'SELECT 2 AS two'))).toEqual([{ two: 2 }]);
  });

  it.each(['ALTER COLUMN a TYPE text', 'RENAME COLUMN b TO c', 'ADD COLUMN d boolean DEFAULT true', 'DROP COLUMN a'])(
    'is refused after %s, so that nothing is read as what it is not',
    async (change) => {
      await client.query('CREATE TABLE kept (a int, b text)');
      await client.query(`INSERT INTO kept VALUES (1, 'b')`);
      const all = named('test.all', 'SELECT * FROM kept');
      expect(await rowsOf(all)).toEqual([{ a: 1, b: 'b' }]);
      await client.query(`ALTER TABLE kept ${change}`);
      await expect(rowsOf(all)).rejects.toMatchObject({ code: '0A000', routine: 'RevalidateCachedQuery' });
    },
  );

  it('that changes rows and answers none has no columns', async () => {
    await client.query('CREATE TABLE kept (a int)');
    const insert = 'INSERT INTO kept VALUES ($1)';
    for (const value of [1, 2]) expect(await rowsOf(named('test.insert', insert, value))).toEqual([]);
    expect(described).toBe(1);
    expect(await rowsOf(named('test.kept', 'SELECT a FROM kept ORDER BY a'))).toEqual([{ a: 1 }, { a: 2 }]);
  });
});
