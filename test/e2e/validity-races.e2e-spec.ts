import type { ApiAnswer } from '../support/api.js';
import { ASSIGNEES, newAssignee } from '../support/assignment-steps.js';
import { manyUsers } from '../support/many-users.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, UNBOUND, VALID, statuses, trailOf } from '../support/validity-steps.js';
import type { TestTenant } from '../support/tenant.js';

const newTenant = tenantsWithCheckedSets();

const times = (count: number, call: (at: number) => Promise<ApiAnswer>): Promise<ApiAnswer[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => call(at)));

/** The actions that the trail tells of, with how many times each. */
async function actions(tenant: TestTenant, resourceType: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const event of await trailOf(tenant, resourceType)) {
    const { action } = event as { action: string };
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

/** Whether each event of a resource starts from where the one before it ended. */
async function expectUnbroken(tenant: TestTenant, resourceType: string): Promise<void> {
  let last: object | null = null;
  for (const event of await trailOf(tenant, resourceType)) {
    const { before, after } = event as { before: object | null; after: object | null };
    expect(before).toEqual(last);
    last = after;
  }
}

describe.each(ASSIGNEES)('at the same moment, over an expired assignment of a $kind', ({ kind }) => {
  async function overExpired() {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const url = `${assignee.applications}/${application}`;
    await tenant.api.put(url, EXPIRED);
    return { tenant, applications: assignee.applications, application, url };
  }

  it('16 POSTs: one creates, the others see it as there', async () => {
    const { tenant, applications, application } = await overExpired();
    const answers = await times(16, (at) =>
      tenant.api.post(applications, { application_id: application, ...(at % 2 ? VALID : UNBOUND) }),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 15 });
    expect(await actions(tenant, 'assignment')).toEqual({ 'assignment.created': 2, 'assignment.deleted': 1 });
    await expectUnbroken(tenant, 'assignment');
  });

  it('16 PUTs without a body: one creates, the others answer the very same', async () => {
    const { tenant, url } = await overExpired();
    const answers = await times(16, () => tenant.api.put(url));
    expect(statuses(answers)).toEqual({ 200: 15, 201: 1 });
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
    expect(await actions(tenant, 'assignment')).toEqual({ 'assignment.created': 2, 'assignment.deleted': 1 });
  });

  it('16 PUTs with a body: one creates, and every later one sets its bounds, in and out of the sets', async () => {
    const { tenant, url } = await overExpired();
    const answers = await times(16, (at) => tenant.api.put(url, at % 2 ? VALID : UNBOUND));
    expect(statuses(answers)).toEqual({ 200: 15, 201: 1 });
    answers.forEach(({ body }, at) => expect(body.data).toMatchObject(at % 2 ? VALID : UNBOUND));
    expect(new Set(answers.map(({ body }) => body.data.id as string)).size).toBe(1);
    await expectUnbroken(tenant, 'assignment');
  });

  it('16 bulk calls: one assigns', async () => {
    const { tenant, applications, application } = await overExpired();
    const others = [await tenant.application(), await tenant.application()];
    const ids = [application, ...others];
    const answers = await times(16, (at) =>
      tenant.api.post(`${applications}/bulk`, { application_ids: at % 2 ? ids : ids.toReversed() }),
    );
    expect(statuses(answers)).toEqual({ 201: 16 });
    expect(answers.flatMap(({ body }) => body.data.assigned as string[]).sort()).toEqual(ids.sort());
    expect(await actions(tenant, 'assignment')).toEqual({ 'assignment.created': 4, 'assignment.deleted': 1 });
  });

  it('PATCHes and DELETEs find the assignment, whoever replaces it meanwhile', async () => {
    const { tenant, url } = await overExpired();
    const answers = await times(24, (at) =>
      at % 3 === 0 ? tenant.api.put(url) : tenant.api.patch(url, at % 3 === 1 ? EXPIRED : { valid_until: null }),
    );
    expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    await expectUnbroken(tenant, 'assignment');
    const last = await Promise.all([tenant.api.put(url), tenant.api.delete(url), tenant.api.put(url, VALID)]);
    expect(last[1].status).toBe(204);
    await expectUnbroken(tenant, 'assignment');
  });

  it('merged bounds that no two PATCHes may bring into the wrong order together', async () => {
    const { tenant, url } = await overExpired();
    await tenant.api.put(url, {});
    const patches = [{ valid_from: '2030-01-01T00:00:00.000Z' }, { valid_until: '2029-01-01T00:00:00.000Z' }];
    const answers = await times(16, (at) => tenant.api.patch(url, patches[at % 2]));
    expect(Object.keys(statuses(answers))).toEqual(['200', '422']);
    const [good] = answers.filter(({ status }) => status === 200);
    expect((await tenant.api.get(url)).body.data).toEqual(good!.body.data);
    await expectUnbroken(tenant, 'assignment');
  });
});

describe('at the same moment, over an expired membership', () => {
  async function overExpired() {
    const tenant = await newTenant();
    const [userId, groupId] = [await tenant.user(), await tenant.group()];
    const members = `${tenant.path}/groups/${groupId}/members`;
    await tenant.api.put(`${members}/${userId}`, EXPIRED);
    return { tenant, userId, members, url: `${members}/${userId}` };
  }

  it('16 POSTs: one adds', async () => {
    const { tenant, userId, members } = await overExpired();
    const others = [await tenant.user(), await tenant.user()];
    const ids = [userId, ...others];
    const answers = await times(16, (at) =>
      tenant.api.post(members, { user_ids: at % 2 ? ids : ids.toReversed(), ...(at % 4 < 2 ? VALID : UNBOUND) }),
    );
    expect(statuses(answers)).toEqual({ 200: 16 });
    expect(answers.flatMap(({ body }) => body.data.added as string[]).sort()).toEqual(ids.sort());
    expect(await actions(tenant, 'membership')).toEqual({ 'membership.created': 4, 'membership.deleted': 1 });
  });

  it('16 PUTs, half of them with a body: one creates, and the trail is unbroken', async () => {
    const { tenant, url } = await overExpired();
    const answers = await times(16, (at) => tenant.api.put(url, at % 2 ? VALID : undefined));
    expect(statuses(answers)).toEqual({ 200: 15, 201: 1 });
    await expectUnbroken(tenant, 'membership');
  });

  it('PATCHes find it, whoever replaces it meanwhile, in and out of the sets', async () => {
    const { tenant, url } = await overExpired();
    const answers = await times(24, (at) =>
      at % 3 === 0 ? tenant.api.put(url) : tenant.api.patch(url, at % 3 === 1 ? EXPIRED : { valid_until: null }),
    );
    expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    await expectUnbroken(tenant, 'membership');
  });

  it('POSTs while users go: each adds all, or names who is gone', async () => {
    const { tenant, members } = await overExpired();
    const users = await manyUsers(tenant.id, 24);
    const removals = users.map((id) => tenant.api.delete(`${tenant.path}/users/${id}`));
    const answers = await times(16, () => tenant.api.post(members, { user_ids: users }));
    expect(statuses(await Promise.all(removals))).toEqual({ 204: 24 });
    expect(answers.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
    expect(answers.filter(({ status, body }) => status === 404 && body.code !== 'user_not_found')).toEqual([]);
  });
});
