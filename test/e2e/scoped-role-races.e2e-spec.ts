import pg from 'pg';
import type { ApiAnswer } from '../support/api.js';
import { assign, builtInRoles, newRole, revoke, storedRoles } from '../support/scoped-role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { waiting } from '../support/waiting.js';

const ROUNDS = 12;

/** How often each status was answered. */
function statuses(answers: readonly ApiAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const rounds = async (run: (round: number) => Promise<void>): Promise<void> => {
  for (let round = 0; round < ROUNDS; round += 1) await run(round);
};

/** Every member must be counted with just the direct roles of the organization that it holds, and every role have one event more given than taken. */
async function expectCounted(tenant: TestTenant): Promise<void> {
  const { held, members, events } = await storedRoles(tenant);
  const direct = await sql<{ user_id: string; role_count: number }>(
    `SELECT user_id, count(*)::int AS role_count FROM role_assignments
      WHERE tenant_id = $1 AND level = 'organization' AND user_id IS NOT NULL GROUP BY user_id ORDER BY user_id`,
    [tenant.id],
  );
  expect(members).toEqual(direct);
  expect(events.given - events.taken).toBe(held.length);
}

describe('roles at a scope, at the same moment', () => {
  it('are given once: of 20 equal calls all answer the same assignment', async () => {
    const tenant = await newTenant();
    const { api, user, group } = tenant;
    const role = (await builtInRoles(tenant)).get('organization Viewer')!;
    for (const holder of [{ user_id: await user() }, { team_id: await group() }]) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => assign(api, role, holder)));
      expect(statuses(answers)).toEqual({ 200: 20 });
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    }
    expect((await storedRoles(tenant)).events).toEqual({ given: 2, taken: 0 });
    await expectCounted(tenant);
  });

  it('leave a member one of two, when both are taken', async () => {
    const tenant = await newTenant();
    const { api, user } = tenant;
    const roles = await builtInRoles(tenant);
    const both = [roles.get('organization Viewer')!, roles.get('organization Member')!];
    await rounds(async () => {
      const someone = await user();
      for (const role of both) await assign(api, role, { user_id: someone });
      const answers = await Promise.all(both.map((role) => revoke(api, role, { user_id: someone })));
      expect(statuses(answers)).toEqual({ 200: 1, 403: 1 });
    });
    expect((await storedRoles(tenant)).held).toHaveLength(ROUNDS);
    await expectCounted(tenant);
  });

  it('are never taken from whom the organization is transferred to meanwhile', async () => {
    const tenant = await newTenant();
    const { api, path, user } = tenant;
    const roles = await builtInRoles(tenant);
    const admin = roles.get('organization Admin')!;
    await rounds(async () => {
      const next = await user();
      await assign(api, admin, { user_id: next });
      await assign(api, roles.get('organization Member')!, { user_id: next });
      const [put, taken] = await Promise.all([
        api.put(`${path}/owner`, { user_id: next }),
        revoke(api, admin, { user_id: next }),
      ]);
      expect([put.status, put.body.data.user_id]).toEqual([200, next]);
      expect([200, 403]).toContain(taken.status);
      const [kept] = await sql(
        `SELECT o.user_id FROM organization_owners o JOIN role_assignments a
            ON a.tenant_id = o.tenant_id AND a.id = o.assignment_id AND a.user_id = o.user_id AND a.role_id = $2
          WHERE o.tenant_id = $1`,
        [tenant.id, admin],
      );
      expect(kept).toEqual({ user_id: next });
    });
    await expectCounted(tenant);
  });

  it('are given anew to a new owner who lost the role while the transfer waited for it', async () => {
    const tenant = await newTenant();
    const { id, api, path, user } = tenant;
    const admin = (await builtInRoles(tenant)).get('organization Admin')!;
    const next = await user();
    await assign(api, admin, { user_id: next });
    const other = new pg.Client({ connectionString: workerState().databaseUrl });
    await other.connect();
    await other.query('BEGIN');
    await other.query('DELETE FROM role_assignments WHERE tenant_id = $1', [id]);
    await other.query('DELETE FROM organization_members WHERE tenant_id = $1', [id]);
    const transfer = api.put(`${path}/owner`, { user_id: next });
    await waiting(1);
    await other.query('COMMIT');
    await other.end();
    const { status, body } = await transfer;
    expect([status, body.data?.user_id]).toEqual([200, next]);
    expect((await storedRoles(tenant)).held).toEqual([{ role_id: admin, holder: next, scope_id: id }]);
    expect((await storedRoles(tenant)).members).toEqual([{ user_id: next, role_count: 1 }]);
  });

  it('stay with a new owner from whom they are taken while the transfer is under way', async () => {
    const tenant = await newTenant();
    const { id, api, path, user } = tenant;
    const roles = await builtInRoles(tenant);
    const admin = roles.get('organization Admin')!;
    const [first, next] = [await user(), await user()];
    await api.put(`${path}/owner`, { user_id: first });
    await assign(api, admin, { user_id: next });
    await assign(api, roles.get('organization Member')!, { user_id: next });
    const other = new pg.Client({ connectionString: workerState().databaseUrl });
    await other.connect();
    // The transfer has found the role held, and waits to write whose it is.
    await other.query('BEGIN');
    await other.query('SELECT FROM organization_owners WHERE tenant_id = $1 FOR UPDATE', [id]);
    const transfer = api.put(`${path}/owner`, { user_id: next });
    await waiting(1);
    const taking = revoke(api, admin, { user_id: next });
    const isAnswered = taking.then(() => true);
    await Promise.race([isAnswered, waiting(2)]);
    await other.query('COMMIT');
    await other.end();
    const [put, taken] = [await transfer, await taking];
    expect([put.status, put.body.data?.user_id, taken.status]).toEqual([200, next, 403]);
    expect((await api.get(`${path}/owner`)).body.data.user_id).toBe(next);
    await expectCounted(tenant);
  });

  it('never leave the organization to somebody who is suspended at the same moment', async () => {
    const tenant = await newTenant();
    const { id, api, path, user } = tenant;
    const outcomes = new Set<string>();
    await rounds(async () => {
      const next = await user();
      const [put, suspended] = await Promise.all([
        api.put(`${path}/owner`, { user_id: next }),
        api.patch(`${path}/users/${next}`, { status: 'suspended' }),
      ]);
      outcomes.add(`${put.status} ${suspended.status}`);
      const [owner] = await sql(
        `SELECT u.status FROM organization_owners o JOIN users u ON u.tenant_id = o.tenant_id AND u.id = o.user_id
          WHERE o.tenant_id = $1`,
        [id],
      );
      expect(owner ?? { status: 'active' }).toEqual({ status: 'active' });
    });
    // One of the two came second and was refused.
    expect(['200 409', '409 200']).toEqual(expect.arrayContaining([...outcomes]));
  });

  it('let one of many transfers be the last, each with the owner before it in the trail', async () => {
    const tenant = await newTenant();
    const { id, api, path, user } = tenant;
    const users = await Promise.all(Array.from({ length: 8 }, () => user()));
    const answers = await Promise.all(users.map((each) => api.put(`${path}/owner`, { user_id: each })));
    expect(statuses(answers)).toEqual({ 200: 8 });
    const trail = await sql<{ before: { user_id: string } | null; after: { user_id: string } }>(
      `SELECT before, after FROM audit_events WHERE tenant_id = $1 AND action LIKE 'owner.%' ORDER BY seq`,
      [id],
    );
    expect(trail.map(({ before }) => before?.user_id ?? null)).toEqual([
      null,
      ...trail.slice(0, -1).map(({ after }) => after.user_id),
    ]);
    expect((await api.get(`${path}/owner`)).body.data.user_id).toBe(trail.at(-1)!.after.user_id);
    await expectCounted(tenant);
  });

  it('that are deleted, or whose workspace is, are held by nobody afterwards', async () => {
    const tenant = await newTenant();
    const { api, path, user, workspace, project } = tenant;
    const users = await Promise.all(Array.from({ length: 6 }, () => user()));
    const [viewer, ofProject] = await builtInRoles(tenant).then((roles) => [
      roles.get('organization Viewer')!,
      roles.get('project Viewer')!,
    ]);
    for (const each of users) await assign(api, viewer!, { user_id: each });
    const role = await newRole(tenant, 'organization');
    const [deleted, ...given] = await Promise.all([
      api.delete(`${path}/roles/${role}`),
      ...users.map((each) => assign(api, role, { user_id: each })),
    ]);
    expect(deleted.status).toBe(204);
    expect(given.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
    const work = await workspace();
    const place = { workspace_id: work, project_id: await project(work) };
    const [removed, ...placed] = await Promise.all([
      api.delete(`${path}/workspaces/${work}`),
      ...users.map((each) => assign(api, ofProject!, { user_id: each, ...place })),
    ]);
    expect(removed.status).toBe(204);
    expect(placed.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
    expect((await storedRoles(tenant)).held).toHaveLength(users.length);
    await expectCounted(tenant);
  });

  it('become share roles or are held, never both', async () => {
    const tenant = await newTenant();
    const { api, path, user } = tenant;
    const someone = await user();
    await assign(api, (await builtInRoles(tenant)).get('organization Viewer')!, { user_id: someone });
    await rounds(async () => {
      const role = await newRole(tenant, 'organization');
      const [shared, given] = await Promise.all([
        api.patch(`${path}/roles/${role}`, { type: 'share' }),
        assign(api, role, { user_id: someone }),
      ]);
      expect([[200, 403].join(), [200, 404].join(), [409, 200].join()]).toContain([shared.status, given.status].join());
    });
    const both = await sql(
      `SELECT 1 FROM roles r JOIN role_assignments a ON a.tenant_id = r.tenant_id AND a.role_id = r.id
        WHERE r.tenant_id = $1 AND r.type = 'share'`,
      [tenant.id],
    );
    expect(both).toEqual([]);
    await expectCounted(tenant);
  });
});
