import { randomUUID } from 'node:crypto';
import { boundAssignment, boundMembership, why } from '../support/access-steps.js';
import { platformApi, type Api, type ApiAnswer } from '../support/api.js';
import { assign, metaOf, nest, refusal, wrongValue } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { manyUsers } from '../support/many-users.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

type Pair = readonly [userId: string, applicationId: string];

async function check({ path, api }: TestTenant, pairs: readonly Pair[], caller: Api = api): Promise<ApiAnswer> {
  const checks = pairs.map(([user_id, application_id]) => ({ user_id, application_id }));
  return caller.post(`${path}/access/check`, { checks });
}

function reasonsOf({ body }: ApiAnswer): (string | null)[] {
  return (body.data.results as { reason: string | null }[]).map(({ reason }) => reason);
}

/** A user for each way in which an application may be out of reach or within, all checked against it. */
async function crowd(tenant: TestTenant, crm: string): Promise<[userId: string, reason: string | null][]> {
  const member = async (bounds?: 'later' | 'ended', given?: 'later' | 'ended'): Promise<string> => {
    const user = await tenant.user();
    const [inner, outer] = [await tenant.group(undefined, [user]), await tenant.group()];
    await nest(tenant, outer, inner);
    const { id } = await assign(tenant, 'group', outer, crm);
    if (bounds) await boundMembership(inner, user, bounds);
    if (given) await boundAssignment(id, given);
    return user;
  };
  const direct = async (given?: 'later' | 'ended'): Promise<string> => {
    const user = await tenant.user();
    const { id } = await assign(tenant, 'user', user, crm);
    if (given) await boundAssignment(id, given);
    return user;
  };
  const suspended = await direct();
  await tenant.api.patch(`${tenant.path}/users/${suspended}`, { status: 'suspended' });
  const rescued = await member('ended', 'ended');
  await assign(tenant, 'user', rescued, crm);
  return [
    [await direct(), null],
    [await member(), null],
    [rescued, null],
    [suspended, 'user_suspended'],
    [await direct('later'), 'assignment_not_yet_valid'],
    [await direct('ended'), 'assignment_expired'],
    [await member('later'), 'membership_not_yet_valid'],
    [await member('ended'), 'membership_expired'],
    [await member(undefined, 'later'), 'assignment_not_yet_valid'],
    [await member('later', 'ended'), 'assignment_expired'],
    [await tenant.user(), 'no_assignment'],
  ];
}

describe('a batch of checks', () => {
  it('is answered one by one, in order, repeats and unknown ids too', async () => {
    const [tenant, stranger] = [await newTenant(), await newTenant()];
    const [crm, user, nobody] = [await tenant.application(), await tenant.user(), randomUUID()];
    const foreign = [await stranger.user(), await stranger.application()] as const;
    await assign(tenant, 'user', user, crm);
    const pairs: Pair[] = [
      [nobody, crm],
      [user, crm],
      [user, nobody],
      [user, crm],
      [foreign[0], foreign[1]],
      [user, foreign[1]],
    ];
    const answer = await check(tenant, pairs);
    expect(answer.status).toBe(200);
    const reasons = ['user_not_found', null, 'application_not_found', null, 'user_not_found', 'application_not_found'];
    expect(answer.body).toEqual({
      data: {
        results: pairs.map(([user_id, application_id], at) => ({
          user_id,
          application_id,
          allowed: reasons[at] === null,
          reason: reasons[at],
        })),
      },
      meta: metaOf(answer),
    });
  });

  it('says what the explanation of each pair says first', async () => {
    const tenant = await newTenant();
    const crm = await tenant.application();
    const expected = await crowd(tenant, crm);
    const answer = await check(
      tenant,
      expected.map(([user]) => [user, crm]),
    );
    expect(reasonsOf(answer)).toEqual(expected.map(([, reason]) => reason));
    for (const [user, reason] of expected) {
      const { body } = await why(tenant, user, crm);
      expect([user, body.data.allowed, body.data.reasons[0] ?? null]).toEqual([user, reason === null, reason]);
    }
  });

  it('opens no disabled application, and nothing in a suspended tenant', async () => {
    const [tenant, platform] = [await newTenant(), await platformApi()];
    const [open, closed, user] = [await tenant.application(), await tenant.application(), await tenant.user()];
    for (const application of [open, closed]) await assign(tenant, 'user', user, application);
    await tenant.api.patch(`${tenant.path}/applications/${closed}`, { status: 'disabled' });
    const pairs: Pair[] = [
      [user, open],
      [user, closed],
      [randomUUID(), open],
    ];
    expect(reasonsOf(await check(tenant, pairs))).toEqual([null, 'application_disabled', 'user_not_found']);
    await platform.patch(tenant.path, { status: 'suspended' });
    const suspended = await check(tenant, pairs, platform);
    expect(reasonsOf(suspended)).toEqual(['tenant_suspended', 'tenant_suspended', 'user_not_found']);
  });

  it('takes 1,000 pairs and ids in either case, and needs no more than reading', async () => {
    const tenant = await newTenant();
    const [users, crm] = [await manyUsers(tenant.id, 500), await tenant.application()];
    const group = await tenant.group('Staff', users.slice(0, 250));
    await assign(tenant, 'group', group, crm);
    const pairs = [...users, ...users].map((user, at): Pair =>
      at < 500 ? [user, crm] : [user.toUpperCase(), crm.toUpperCase()],
    );
    const answer = await check(tenant, pairs, await tenant.apiWith('assignments:read'));
    const expected = users.map((user_id, at) => ({
      user_id,
      application_id: crm,
      allowed: at < 250,
      reason: at < 250 ? null : 'no_assignment',
    }));
    expect(answer.body.data.results).toEqual([...expected, ...expected]);
  });

  it('is answered by what is true now, also under an Idempotency-Key that was sent before', async () => {
    const tenant = await newTenant();
    const [crm, user] = [await tenant.application(), await tenant.user()];
    const body = { checks: [{ user_id: user, application_id: crm }] };
    const ask = (): Promise<ApiAnswer> =>
      tenant.api.post(`${tenant.path}/access/check`, body, { headers: { 'idempotency-key': 'first' } });
    expect(reasonsOf(await ask())).toEqual(['no_assignment']);
    await assign(tenant, 'user', user, crm);
    const answer = await ask();
    expect([reasonsOf(answer), answer.headers.get('idempotency-replayed')]).toEqual([[null], null]);
    expect(await sql('SELECT FROM idempotency_keys WHERE tenant_id = $1', [tenant.id])).toEqual([]);
  });
});

describe('a batch of checks that is not one', () => {
  const good = { user_id: randomUUID(), application_id: randomUUID() };

  it.each([
    [{}, ['body', 'checks'], 'missing'],
    [{ checks: null }, ['body', 'checks'], 'object_list'],
    [{ checks: [] }, ['body', 'checks'], 'object_list'],
    [{ checks: good }, ['body', 'checks'], 'object_list'],
    [{ checks: Array(1001).fill(good) }, ['body', 'checks'], 'object_list'],
    [{ checks: [good, 7] }, ['body', 'checks', 1], 'json_object'],
    [{ checks: [good, [good]] }, ['body', 'checks', 1], 'json_object'],
    [{ checks: [null, good] }, ['body', 'checks', 0], 'missing'],
    [{ checks: [good, { ...good, user_id: 'ada' }] }, ['body', 'checks', 1, 'user_id'], 'uuid'],
    [{ checks: [{ user_id: good.user_id }] }, ['body', 'checks', 0, 'application_id'], 'missing'],
    [{ checks: [good, good, { ...good, at: 1 }] }, ['body', 'checks', 2, 'at'], 'unknown_field'],
    [{ checks: [good], more: true }, ['body', 'more'], 'unknown_field'],
  ])('is refused with its place: case %#', async (body, loc, type) => {
    const { api, path } = await newTenant();
    const answer = await api.post(`${path}/access/check`, body);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(wrongValue(answer, loc, type));
  });

  it('is refused with every wrong value at once', async () => {
    const { api, path } = await newTenant();
    const answer = await api.post(`${path}/access/check`, { checks: [{ user_id: 1 }, good, { application_id: 'x' }] });
    expect(answer.body).toEqual(
      refusal(
        answer,
        'validation_failed',
        expect.arrayContaining([
          { loc: ['body', 'checks', 0, 'user_id'], msg: 'user_id must be a UUID, not 1', type: 'uuid' },
          { loc: ['body', 'checks', 0, 'application_id'], msg: expect.any(String), type: 'missing' },
          { loc: ['body', 'checks', 2, 'user_id'], msg: expect.any(String), type: 'missing' },
          { loc: ['body', 'checks', 2, 'application_id'], msg: expect.any(String), type: 'uuid' },
        ]),
      ),
    );
    expect(answer.body.detail).toHaveLength(4);
  });
});
