import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { expectSetsTrue } from '../support/user-sets.js';

// Each command starts a process, and that takes seconds where others use the machine.
import.meta.jest.setTimeout(180_000);

const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of the built code, with `input` as its standard input. */
async function doorlist(args: readonly string[], input = ''): Promise<Ended> {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    DATABASE_URL: workerState().databaseUrl,
    PUBLIC_URL: 'http://127.0.0.1',
  };
  const child = spawn(process.execPath, [CLI, ...args], { env });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doorlist-transfer-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the command line', () => {
  it('brings a file in and takes it out again, by a file or through pipes, by slug or by id', async () => {
    const [from, into] = [await newTenant(), await newTenant()];
    const [slug] = await sql<{ slug: string }>('SELECT slug FROM tenants WHERE id = $1', [into.id]);
    const [users, out] = [join(folder, 'users.csv'), join(folder, 'users.ndjson')];
    await writeFile(users, 'user_name,status\nada,\nbob,suspended\nADA,\n');
    const counts = 'users: 2 new, 1 unchanged, 0 bad of 3 lines';
    const dry = await doorlist(['import', 'users', users, '--tenant', from.id, '--dry-run']);
    expect(dry).toEqual({ code: 0, out: `${counts}; nothing was written (dry run)\n`, err: '' });
    expect(await doorlist(['import', 'users', users, '--tenant', from.id])).toEqual({
      code: 0,
      out: `${counts}\n`,
      err: '',
    });
    const written = await doorlist(['export', 'users', out, '--tenant', from.id, '--format', 'ndjson']);
    const file = await readFile(out, 'utf8');
    expect(written).toEqual({ code: 0, out: `users: ${Buffer.byteLength(file)} bytes in ${out}\n`, err: '' });
    expect(await readdir(folder)).toEqual(['users.csv', 'users.ndjson']);
    const piped = await doorlist(['export', 'users', '--tenant', from.id]);
    expect(piped.out.split('\n')).toHaveLength(4);
    const imported = await doorlist(['import', 'users', '-', '--tenant', slug!.slug], piped.out);
    expect(imported).toEqual({ code: 0, out: 'users: 2 new, 0 unchanged, 0 bad of 2 lines\n', err: '' });
    await expectSetsTrue(into.id);
    const trail = await into.api.get(`${into.path}/audit-events?action=user.created`);
    expect(trail.body.data).toHaveLength(2);
    expect(trail.body.data[0]).toMatchObject({ actor_type: 'system', actor_id: 'doorlist' });
  });

  it('says what is wrong with a file, and ends with 1', async () => {
    const tenant = await newTenant();
    const file = 'user_name,email\na,b\nc,\n';
    const refused = await doorlist(['import', 'users', '-', '--tenant', tenant.id], file);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /^line 2: email must be an e-mail address[^\n]+\nImport \S+ failed: 1 of 2 lines are bad; nothing was written\.\n$/,
    );
    const partly = await doorlist(['import', 'users', '-', '--tenant', tenant.id, '--atomic=false'], file);
    expect([partly.code, partly.out]).toEqual([0, 'users: 1 new, 0 unchanged, 1 bad of 2 lines\n']);
    const missing = await doorlist(['import', 'users', join(folder, 'none.csv'), '--tenant', tenant.id]);
    expect([missing.code, missing.err]).toEqual([
      1,
      expect.stringMatching(/^The file \S+none\.csv cannot be read: ENOENT/),
    ]);
    const nobody = await doorlist(['export', 'users', '--tenant', 'no-such-tenant']);
    expect([nobody.code, nobody.err]).toEqual([1, 'No tenant no-such-tenant.\n']);
    const header = await doorlist(['import', 'users', '-', '--tenant', tenant.id], 'name\na\n');
    expect([header.code, header.err]).toEqual([1, expect.stringContaining('"name" is no column of users')]);
  });

  it.each([
    [['import', 'people', 'x.csv', '--tenant', 't'], 'The kind must be one of users, groups'],
    [['import', 'users', '--tenant', 't'], 'Name the file, or - for standard input.'],
    [['import', 'users', 'x.csv'], 'Name the tenant: --tenant <slug or id>.'],
    [
      ['import', 'users', 'x.csv', '--tenant', 't', '--atomic=maybe'],
      '--atomic must be one of true, false, not maybe.',
    ],
    [['import', 'users', 'x.csv', '--tenant', 't', '--fromat', 'csv'], "Unknown option '--fromat'"],
    [['export', 'users', 'x.csv', 'y.csv', '--tenant', 't'], 'not y.csv as well'],
    [['export', 'users', '--tenant', 't', '--dry-run'], "Unknown option '--dry-run'"],
    [['migrate', 'now'], 'It takes no arguments, not now.'],
    [['nonsense'], 'Usage: npm run doorlist -- <command>'],
  ])('is told how it is used: %j', async (args, reason) => {
    const { code, out, err } = await doorlist(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(reason);
    expect(err).toContain('Usage: npm run doorlist -- ');
  });
});
