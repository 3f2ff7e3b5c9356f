import { Api } from '../support/api.js';
import { command } from '../support/command-line.js';
import { newDatabase } from '../support/database-copy.js';
import { startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { Load } from '../support/load.js';
import { PREVIOUS_RELEASE, buildOf, type OtherBuild } from '../support/previous-release.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';

import.meta.jest.setTimeout(300_000);

/** One issuer, so that each instance takes the tokens of the other. */
const PUBLIC_URL = 'http://doorlist.test';

// eslint-disable-next-line no-restricted-syntax -- there is nothing to upgrade from before the first release, or in a clone without tags; the name of the tests says so
const withRelease = PREVIOUS_RELEASE === null ? describe.skip : describe;

withRelease(`an upgrade from ${PREVIOUS_RELEASE ?? 'a release (skipped: no tag v* before this commit)'}`, () => {
  const started: DoorlistProcess[] = [];
  let build: OtherBuild;
  let databaseUrl: string;

  async function start(main?: string): Promise<DoorlistProcess> {
    const { id, secret } = PLATFORM_CLIENT;
    const variables = { BOOTSTRAP_CLIENT_ID: id, BOOTSTRAP_CLIENT_SECRET: secret, LOG_LEVEL: 'error' };
    const made = await startDoorlist({ DATABASE_URL: databaseUrl, PUBLIC_URL, ...variables }, { main });
    started.push(made);
    return made;
  }

  beforeAll(async () => {
    build = await buildOf(PREVIOUS_RELEASE ?? '');
    databaseUrl = await newDatabase('empty');
  });

  afterAll(async () => {
    await Promise.all(started.map((each) => each.stop('SIGKILL')));
    await build.remove();
  });

  /** The same tenant at another instance. */
  const at = ({ url }: DoorlistProcess, tenant: TestTenant): TestTenant => ({
    ...tenant,
    api: new Api(url, tenant.api.token),
  });

  it('is served by both while it lasts, and each sees what the other does', async () => {
    const old = await start(build.main);
    const before = await newTenant(old.url);
    const load = new Load(before, 3);
    await load.more(20);
    // It migrates under the eyes of the old one.
    const recent = await start();
    await load.more(20);
    await load.stop();
    expect(load.sent.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    for (const { url } of [old, recent]) expect((await fetch(`${url}/health/ready`)).status).toBe(200);

    const after = at(recent, before);
    const reach = await reachMadeBy(before, after);
    for (const tenant of [before, after]) {
      expect(await whoReaches(tenant, reach.application)).toEqual(reach.users);
      expect(await mayWrite(tenant, reach)).toEqual(reach.users.map(() => true));
    }
    // What one takes away is gone for the other, each way.
    await before.api.delete(`${before.path}/groups/${reach.child}/members/${reach.users[0]!}`);
    await after.api.patch(`${after.path}/users/${reach.users[1]!}`, { status: 'suspended' });
    for (const tenant of [before, after]) {
      expect(await whoReaches(tenant, reach.application)).toEqual(reach.users.slice(2));
    }
    const { lines, errors } = await command('verify', { DATABASE_URL: databaseUrl, PUBLIC_URL });
    expect(errors).toEqual([]);
    expect(lines.filter((line) => line.startsWith('tenant '))).toEqual([expect.stringMatching(/; differences: 0$/)]);
  });
});

/** What both instances have made together. */
interface Reach {
  readonly application: string;
  readonly child: string;
  /** All who can use the application, through a group inside of an assigned one, in order. */
  readonly users: readonly string[];
}

/** An application that users of both reach over groups of both, who may also write documents there. */
async function reachMadeBy(before: TestTenant, after: TestTenant): Promise<Reach> {
  const application = await before.application();
  const [parent, child] = [await after.group(), await before.group()];
  await after.api.put(`${after.path}/groups/${parent}/groups/${child}`);
  await before.api.post(`${before.path}/groups/${parent}/applications`, { application_id: application });
  const role = await newRole(after.api, application, 'Editor', ['documents:write']);
  await giveRole(before.api, { app: application, role }, 'Group', parent);
  const users: string[] = [];
  for (const tenant of [before, after, before, after]) {
    const user = await tenant.user();
    await tenant.api.put(`${tenant.path}/groups/${child}/members/${user}`);
    users.push(user);
  }
  return { application, child, users };
}

async function whoReaches({ api, path }: TestTenant, application: string): Promise<string[]> {
  const { body } = await api.get(`${path}/applications/${application}/effective-users`);
  // Ids are in the order of their making.
  return (body.data as { user_id: string }[]).map(({ user_id: id }) => id).sort();
}

async function mayWrite({ api, path }: TestTenant, { application, users }: Reach): Promise<unknown[]> {
  const resource = `application:${application}`;
  return Promise.all(
    users.map(async (user) => {
      const question = { user_id: user, action: 'documents:write', resources: [resource] };
      const { body } = await api.post(`${path}/permissions/check`, question);
      return (body.data as { results: Record<string, boolean> }).results[resource];
    }),
  );
}
