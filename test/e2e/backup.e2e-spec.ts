import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from '../support/api.js';
import { command } from '../support/command-line.js';
import { newDatabase } from '../support/database-copy.js';
import { freePort, startDoorlist } from '../support/doorlist-process.js';
import { contentOf, lackingForDumps } from '../support/dumps.js';
import { assign, nest } from '../support/assignment-steps.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';

// A service is started twice, and the machine may do other work.
import.meta.jest.setTimeout(120_000);

const reason = await lackingForDumps();

describe('a backup', () => {
  const name =
    'is taken while the service runs, and restored: every row, sets that are true, tokens that still open the door';
  // eslint-disable-next-line no-restricted-syntax -- the programs come with Debian's postgresql-client, which not every machine has
  const run = reason === null ? it : it.skip;

  run(reason === null ? name : `${name} (left out: ${reason})`, async () => {
    const database = await newDatabase('migrated');
    const port = String(await freePort());
    const env = {
      PORT: port,
      BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
      BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
    };
    const service = await startDoorlist({ ...env, DATABASE_URL: database });
    const tenant = await newTenant(service.url);
    const user = await tenant.user('Ada', { attributes: { naïve: ['ü', null, 1.5] } });
    const [crew, all] = [await tenant.group('Crew', [user]), await tenant.group('All')];
    await nest(tenant, all, crew);
    const app = await tenant.application('Wiki');
    await assign(tenant, 'group', all, app);
    await giveRole(tenant.api, { app, role: await newRole(tenant.api, app, 'Editor', ['read']) }, 'Group', all);

    const folder = mkdtempSync(join(tmpdir(), 'doorlist-backup-'));
    const dump = join(folder, 'doorlist.dump');
    execFileSync('pg_dump', ['--format=custom', `--file=${dump}`, database]);
    const held = await contentOf(database);
    // What happens after it is not in it.
    await tenant.api.delete(`${tenant.path}/users/${user}`);
    const asked = `${tenant.path}/applications/${app}/effective-users`;
    expect((await tenant.api.get(asked)).body.data).toEqual([]);
    await service.stop();

    const restored = await newDatabase('empty');
    execFileSync('pg_restore', ['--exit-on-error', '--single-transaction', `--dbname=${restored}`, dump]);
    rmSync(folder, { recursive: true });
    expect(await contentOf(restored)).toEqual(held);
    const verified = await command('verify', { DATABASE_URL: restored, PUBLIC_URL: 'https://door.example' });
    expect(verified).toMatchObject({ code: 0, errors: [] });
    expect(verified.lines.at(-1)).toBe('no difference');

    const again = await startDoorlist({ ...env, DATABASE_URL: restored });
    const { body } = await new Api(again.url, tenant.api.token).get(asked);
    expect(body.data).toEqual([expect.objectContaining({ user_id: user, user_name: 'Ada' })]);
    await again.stop();
  });
});
