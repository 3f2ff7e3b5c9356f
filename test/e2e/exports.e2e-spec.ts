import { request, type IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { assign, nest, subjectOf } from '../support/assignment-steps.js';
import { withClient } from '../support/new-database.js';
import { manyUsers } from '../support/many-users.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { exported } from '../support/transfer-steps.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

describe('an export', () => {
  it.each([
    ['csv', 'text/csv; charset=utf-8; header=present'],
    ['ndjson', 'application/x-ndjson'],
  ] as const)('is a file by its headers: %s', async (format, type) => {
    const tenant = await newTenant();
    const answer = await tenant.api.get(`${tenant.path}/exports/users?format=${format}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="users.${format}"`);
    expect(answer.headers.get('x-request-id')).toEqual(expect.any(String));
  });

  it('has every row of the tenant and of no other, in CSV', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    await other.user('stranger');
    const user = await tenant.user('ada', { display_name: 'a "b", c', attributes: { x: 'y' } });
    const [parent, child] = [await tenant.group('P'), await tenant.group('C', [user])];
    await nest(tenant, parent, child);
    const application = await tenant.application('CRM', { client_id: 'crm' });
    const { id } = await assign(tenant, 'user', user, application);
    const rows = async (kind: string): Promise<string[]> => (await exported(tenant, kind)).trimEnd().split('\n');
    expect(await rows('users')).toEqual([
      'id,user_name,email,display_name,given_name,family_name,external_id,status,attributes',
      `${user},ada,,"a ""b"", c",,,,active,"{""x"": ""y""}"`,
    ]);
    expect(await rows('groups')).toEqual([
      'id,name,description,external_id,kind,rule',
      `${parent},P,,,static,`,
      `${child},C,,,static,`,
    ]);
    expect(await rows('applications')).toEqual([
      'id,name,client_id,description,type,status',
      `${application},CRM,crm,,web,active`,
    ]);
    const [header, membership] = await rows('memberships');
    expect(header).toBe('group_id,user_id,valid_from,valid_until,added_at');
    expect(membership!.split(',')).toEqual([child, user, '', '', expect.stringMatching(MOMENT)]);
    expect((await rows('nestings'))[1]!.split(',')).toEqual([parent, child, expect.stringMatching(MOMENT)]);
    const [names, assignment] = await rows('assignments');
    expect(names).toBe('id,application_id,user_id,group_id,valid_from,valid_until,assigned_at,assigned_by');
    const by = subjectOf(tenant.api);
    expect(assignment!.split(',')).toEqual([id, application, user, '', '', '', expect.stringMatching(MOMENT), by]);
  });

  it('has a JSON object a line, as NDJSON', async () => {
    const tenant = await newTenant();
    const [ada, bob] = [
      await tenant.user('ada', { display_name: 'back\\slash "quotes"', attributes: { deep: [{ a: 'line\nbreak' }] } }),
      await tenant.user('bob'),
    ];
    const lines = (await exported(tenant, 'users', 'ndjson')).trimEnd().split('\n');
    const nothing = { email: null, given_name: null, family_name: null, external_id: null, status: 'active' };
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      {
        ...{ id: ada, user_name: 'ada', display_name: 'back\\slash "quotes"', ...nothing },
        attributes: { deep: [{ a: 'line\nbreak' }] },
      },
      { id: bob, user_name: 'bob', display_name: null, ...nothing, attributes: {} },
    ]);
  });

  it('is refused for formats and kinds that there are not', async () => {
    const tenant = await newTenant();
    const format = await tenant.api.get(`${tenant.path}/exports/users?format=xml`);
    expect([format.status, format.body.detail[0].loc]).toEqual([422, ['query', 'format']]);
    expect((await tenant.api.get(`${tenant.path}/exports/secrets`)).status).toBe(404);
  });

  it.each(['identity', 'gzip'])('ends in the database when its reader goes away: %s', async (coding) => {
    const tenant = await newTenant();
    await manyUsers(tenant.id, 100_000);
    await Promise.all(Array.from({ length: 3 }, () => readAndLeave(tenant, coding)));
    while ((await copies()).length > 0) await setTimeout(100);
    // The service has not noticed more than that readers left.
    expect((await exported(tenant, 'users')).split('\n')).toHaveLength(100_002);
  });

  it('ends as well where its reader goes away before there is anything to read', async () => {
    const tenant = await newTenant();
    await withClient(workerState().databaseUrl, async (blocker) => {
      await blocker.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const leave = ask(tenant, 'identity');
      while ((await copies()).length === 0) await setTimeout(20);
      leave();
      // It waits for the lock still, and would for ten minutes.
      while ((await copies()).length > 0) await setTimeout(100);
      await blocker.query('ROLLBACK');
    });
    expect((await exported(tenant, 'users')).split('\n')).toHaveLength(2);
  });
});

/** The exports that are under way in the database. */
async function copies(): Promise<object[]> {
  return sql(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND query LIKE 'COPY (SELECT%'`,
  );
}

/** Asks for an export, and answers what cuts the connection. */
function ask({ api, path }: TestTenant, coding: string, onAnswer?: (answer: IncomingMessage) => void): () => void {
  const headers = { authorization: `Bearer ${api.token ?? ''}`, 'accept-encoding': coding };
  const sent = request(`${api.url}${path}/exports/users`, { headers, agent: false });
  sent.on('error', () => undefined);
  if (onAnswer) sent.once('response', onAnswer);
  sent.end();
  return () => sent.destroy();
}

/** Takes the first piece of an export, and cuts the connection. */
async function readAndLeave(tenant: TestTenant, coding: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const leave = ask(tenant, coding, (answer) => answer.once('data', leave).once('close', resolve));
  });
}
