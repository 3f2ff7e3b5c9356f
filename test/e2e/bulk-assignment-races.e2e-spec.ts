import type { ApiAnswer } from '../support/api.js';
import { manyUsers } from '../support/many-users.js';
import { sql } from '../support/sql.js';
import type { TestTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, statuses } from '../support/validity-steps.js';

const newTenant = tenantsWithCheckedSets();

const bulk = (tenant: TestTenant, application: string, operations: object[], more: object = {}): Promise<ApiAnswer> =>
  tenant.api.post(`${tenant.path}/applications/${application}/assignments/bulk`, { operations, ...more });

const adds = (users: readonly string[], bounds: object = {}): object[] =>
  users.map((id) => ({ op: 'add', user_id: id, ...bounds }));
const removes = (users: readonly string[]): object[] => users.map((id) => ({ op: 'remove', user_id: id }));

async function rowsAndEvents(tenant: TestTenant): Promise<object> {
  const [counts] = await sql(
    `SELECT (SELECT count(*)::int FROM assignments WHERE tenant_id = $1) AS rows,
            count(*) FILTER (WHERE action = 'assignment.created')::int AS created,
            count(*) FILTER (WHERE action = 'assignment.deleted')::int AS deleted
       FROM audit_events WHERE tenant_id = $1 AND resource_type = 'assignment'`,
    [tenant.id],
  );
  return counts!;
}

const sum = (answers: readonly ApiAnswer[], count: string): number =>
  answers.reduce((total, { body }) => total + (body.data[count] as number), 0);

describe('bulk calls at the same moment', () => {
  it('never deadlock: the same users in opposite orders are created once', async () => {
    const tenant = await newTenant();
    const [application, users] = [await tenant.application(), await manyUsers(tenant.id, 300)];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) => bulk(tenant, application, adds(at % 2 ? users : users.toReversed()))),
    );
    expect(statuses(answers)).toEqual({ 200: 10 });
    expect(sum(answers, 'created')).toBe(300);
    expect(await rowsAndEvents(tenant)).toEqual({ rows: 300, created: 300, deleted: 0 });
  });

  it('never deadlock while they add and remove, and the trail tells all that they did', async () => {
    const tenant = await newTenant();
    const [application, users] = [await tenant.application(), await manyUsers(tenant.id, 200)];
    const [left, right] = [users.slice(0, 100), users.slice(100)];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => {
        const [one, other] = at % 2 ? [left, right] : [right, left];
        return bulk(tenant, application, [...adds(one), ...removes(other)], { atomic: false });
      }),
    );
    expect(statuses(answers)).toEqual({ 200: 12 });
    const [created, removed] = [sum(answers, 'created'), sum(answers, 'removed')];
    expect(await rowsAndEvents(tenant)).toEqual({ rows: created - removed, created, deleted: removed });
  });

  it('go together with calls of other kinds for the same users and applications', async () => {
    const tenant = await newTenant();
    const applications = [await tenant.application(), await tenant.application()];
    const users = await manyUsers(tenant.id, 40);
    const [first, second] = applications as [string, string];
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => bulk(tenant, first, adds(users), { atomic: false })),
      ...Array.from({ length: 4 }, () => bulk(tenant, second, removes(users), { atomic: false })),
      ...users.slice(0, 12).map((id) =>
        tenant.api.post(`${tenant.path}/users/${id}/applications/bulk`, {
          application_ids: applications.toReversed(),
        }),
      ),
      ...users.slice(12, 20).map((id) => tenant.api.put(`${tenant.path}/users/${id}/applications/${first}`, {})),
      ...users.slice(20, 28).map((id) => tenant.api.delete(`${tenant.path}/users/${id}`)),
    ]);
    expect(answers.filter(({ status }) => status >= 400)).toEqual([]);
    const [counts] = await sql<{ rows: number; net: number }>(
      `SELECT (SELECT count(*)::int FROM assignments WHERE tenant_id = $1) AS rows,
              sum(CASE action WHEN 'assignment.created' THEN 1 WHEN 'assignment.deleted' THEN -1 ELSE 0 END)::int AS net
         FROM audit_events WHERE tenant_id = $1`,
      [tenant.id],
    );
    expect(counts!.net).toBe(counts!.rows);
  });

  it('replace what has expired once', async () => {
    const tenant = await newTenant();
    const [application, users] = [await tenant.application(), await manyUsers(tenant.id, 50)];
    await bulk(tenant, application, adds(users, EXPIRED));
    const answers = await Promise.all(Array.from({ length: 8 }, () => bulk(tenant, application, adds(users))));
    expect(statuses(answers)).toEqual({ 200: 8 });
    expect([sum(answers, 'created'), sum(answers, 'unchanged')]).toEqual([50, 350]);
    expect(await rowsAndEvents(tenant)).toEqual({ rows: 50, created: 100, deleted: 50 });
  });

  it('do their work once with one Idempotency-Key', async () => {
    const tenant = await newTenant();
    const [application, users] = [await tenant.application(), await manyUsers(tenant.id, 5)];
    const url = `${tenant.path}/applications/${application}/assignments/bulk`;
    const options = { headers: { 'idempotency-key': 'once' } };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => tenant.api.post(url, { operations: adds(users) }, options)),
    );
    expect(answers.map(({ status, body }) => [status, body.data.created])).toEqual(Array(6).fill([200, 5]));
    expect(await rowsAndEvents(tenant)).toEqual({ rows: 5, created: 5, deleted: 0 });
  });
});
