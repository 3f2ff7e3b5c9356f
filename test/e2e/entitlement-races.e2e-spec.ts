import type { ApiAnswer } from '../support/api.js';
import { ENTITLEMENTS, entitlementRefusal, grantUsers, newEntitlement } from '../support/entitlement-steps.js';
import { withClient } from '../support/new-database.js';
import { newRole } from '../support/role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { waiting } from '../support/waiting.js';

const AT_ONCE = 8;
const ROUNDS = 10;

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const statuses = (answers: readonly ApiAnswer[]): number[] => answers.map(({ status }) => status).sort();

describe('changes of entitlements at the same moment', () => {
  it('lose none of the right values of one assignment, and give no right more than it takes', async () => {
    const tenant = await newTenant();
    const { api } = tenant;
    const [app, ada] = [await tenant.application(), await tenant.user()];
    const rights = [
      { name: 'tags', multivalued: true },
      { name: 'region', values: numbers(AT_ONCE).map((at) => `r${at}`) },
    ];
    const code = await newEntitlement(api, app, 'Editor', { rights });
    const { body } = await grantUsers(api, code, [{ user: ada }]);
    const url = `/v1.0/assignments/${String(body[0].assignment)}/rights`;
    const all = (change: (at: number) => object): Promise<ApiAnswer[]> =>
      Promise.all(numbers(AT_ONCE).map((at) => api.patch(url, change(at))));
    const held = async (): Promise<string[][]> =>
      ((await api.get(url)).body.rights as { rightValues: string[] }[]).map(({ rightValues }) => rightValues);

    expect(statuses(await all((at) => ({ op: 'add', value: `t${at}` })))).toEqual(numbers(AT_ONCE).map(() => 200));
    expect(await held()).toEqual([numbers(AT_ONCE).map((at) => `t${at}`), []]);

    const single = await all((at) => ({ op: 'add', value: `r${at}` }));
    expect(statuses(single)).toEqual([200, ...numbers(AT_ONCE - 1).map(() => 400)]);
    expect(single.filter(({ status }) => status === 400).map((each) => each.body)).toEqual(
      numbers(AT_ONCE - 1).map(() => entitlementRefusal('DLE40008')),
    );
    const [, region] = await held();
    expect(region).toEqual([`r${single.findIndex(({ status }) => status === 200)}`]);

    const replaced = await all((at) => ({ op: 'replace', oldValue: 't0', value: `n${at}` }));
    expect(statuses(replaced)).toEqual([200, ...numbers(AT_ONCE - 1).map(() => 404)]);
    const kept = [
      `n${replaced.findIndex(({ status }) => status === 200)}`,
      ...numbers(AT_ONCE)
        .slice(1)
        .map((at) => `t${at}`),
    ];
    expect(await held()).toEqual([kept, region]);

    const trail = await sql<{ before: { right_values: string[] }; after: { right_values: string[] } }>(
      `SELECT before, after FROM audit_events WHERE tenant_id = $1 AND action = 'role_assignment.updated' ORDER BY seq`,
      [tenant.id],
    );
    expect(trail).toHaveLength(AT_ONCE + 2);
    for (const [at, { before }] of trail.slice(1).entries()) {
      expect(new Set(before.right_values)).toEqual(new Set(trail[at]!.after.right_values));
    }
  });

  it('grant by what users and rights are in the end, where both change meanwhile', async () => {
    const tenant = await newTenant();
    const { api, id } = tenant;
    const [app, ada, bob] = [await tenant.application(), await tenant.user(), await tenant.user()];
    const code = await newEntitlement(api, app, 'Editor', { rights: [{ name: 'region', values: ['emea', 'apac'] }] });
    const whileUnderWay = async (change: string, values: unknown[], users: readonly object[]): Promise<unknown[]> =>
      withClient(workerState().databaseUrl, async (other) => {
        await other.query('BEGIN');
        await other.query(
          `SELECT FROM roles WHERE tenant_id = $1 AND id = $2 ${values.length > 1 ? 'FOR UPDATE' : ''}`,
          [id, code],
        );
        await other.query(change, [id, ...values]);
        const granting = grantUsers(api, code, users);
        await waiting(1);
        await other.query('COMMIT');
        const { status, body } = await granting;
        return [status, ...(body as { messageId: string }[]).map(({ messageId }) => messageId)];
      });
    const goes = 'DELETE FROM users WHERE tenant_id = $1 AND id = $2';
    expect(await whileUnderWay(goes, [bob], [{ user: bob }, { user: ada }])).toEqual([200, 'DLE40404', 'DLE20001']);
    await api.post(`${ENTITLEMENTS}/${code}`, { revoke: { users: [{ user: ada }] } });
    const narrowed = 'UPDATE entitlement_rights SET allowed_values = $3 WHERE tenant_id = $1 AND role_id = $2';
    const grants = [{ user: ada, rights: ['emea'] }];
    expect(await whileUnderWay(narrowed, [code, ['apac']], grants)).toEqual([200, 'DLE40008']);
    expect(await sql('SELECT 1 FROM role_assignments WHERE tenant_id = $1', [id])).toEqual([]);
  });

  it('never close a cycle of children', async () => {
    const { api, id, application } = await newTenant();
    const app = await application();
    const roles = await Promise.all(numbers(3).map((at) => newRole(api, app, `Role ${at}`, [`p${at}`])));
    const put = (parent: number, body: object): Promise<ApiAnswer> =>
      api.post(`${ENTITLEMENTS}/${roles[parent]!}/children`, body);
    for (const round of numbers(ROUNDS)) {
      const turn = numbers(round % 2 === 0 ? 2 : 3);
      const answers = await Promise.all(turn.map((at) => put(at, { add: [roles[(at + 1) % turn.length]!] })));
      expect(statuses(answers)).toEqual([...turn.slice(1).map(() => 200), 409]);
      expect(answers.find(({ status }) => status === 409)!.body).toEqual(entitlementRefusal('DLE40903'));
      await Promise.all(turn.map((at) => put(at, { remove: [roles[(at + 1) % turn.length]!] })));
    }
    expect(await sql('SELECT 1 FROM role_children WHERE tenant_id = $1', [id])).toEqual([]);
    const given = await sql(
      'SELECT name, effective_permissions AS gives FROM roles WHERE tenant_id = $1 AND application_id = $2 ORDER BY name',
      [id, app],
    );
    expect(given).toEqual(numbers(3).map((at) => ({ name: `Role ${at}`, gives: [`p${at}`] })));
  });

  it('leave nothing without an event where their application goes meanwhile', async () => {
    const tenant = await newTenant();
    const { api, path, id } = tenant;
    const ada = await tenant.user();
    for (const round of numbers(ROUNDS)) {
      const app = await tenant.application();
      const [parent, child, other] = await Promise.all(
        numbers(3).map((at) => newRole(api, app, `Role ${at}`, [`p${at}`])),
      );
      const changes = [
        () => api.post(`${ENTITLEMENTS}/${parent!}/children`, { add: [child!] }),
        () => api.post(`${ENTITLEMENTS}/${child!}/children`, { add: [other!] }),
        () => api.post(ENTITLEMENTS, { application: app, type: 'permission', name: 'p' }),
        () => grantUsers(api, other!, [{ user: ada }]),
      ];
      // The removal is first, last, or in the middle of what comes in.
      const earlier = [0, changes.length, 2][round % 3]!;
      const before = changes.slice(0, earlier).map((change) => change());
      const gone = api.delete(`${path}/applications/${app}`);
      const after = changes.slice(earlier).map((change) => change());
      const answers = await Promise.all([...before, ...after]);
      expect((await gone).status).toBe(204);
      for (const { status } of answers) expect([200, 201, 404]).toContain(status);
    }
    const events = await sql<{ kind: string; made: number; gone: number }>(
      `SELECT resource_type AS kind, count(*) FILTER (WHERE action LIKE '%.created')::int AS made,
              count(*) FILTER (WHERE action LIKE '%.deleted')::int AS gone
         FROM audit_events WHERE tenant_id = $1 AND resource_type IN ('role', 'role_child', 'role_assignment')
        GROUP BY 1 ORDER BY 1`,
      [id],
    );
    expect(events.map(({ kind }) => kind)).toEqual(['role', 'role_assignment', 'role_child']);
    for (const { kind, made, gone } of events) expect([kind, gone]).toEqual([kind, made]);
    const left = await sql(
      `SELECT id FROM roles WHERE tenant_id = $1 AND level = 'application' UNION ALL
       SELECT child_id FROM role_children WHERE tenant_id = $1 UNION ALL
       SELECT id FROM role_assignments WHERE tenant_id = $1`,
      [id],
    );
    expect(left).toEqual([]);
  });
});
