import type { ApiAnswer } from '../support/api.js';
import { ASSIGNEES, assignmentCounts, manyApplications, newAssignee } from '../support/assignment-steps.js';
import { newTenant } from '../support/tenant.js';
import { expectSetsTrue } from '../support/user-sets.js';

/** How often each status was answered. */
function statuses(answers: readonly ApiAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function together(count: number, call: (index: number) => Promise<ApiAnswer>): Promise<ApiAnswer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

describe.each(ASSIGNEES)('requests for one $kind at the same moment', ({ kind }) => {
  it('assign once: of 50 equal POSTs one answers 201 and 49 answer 409', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const answers = await together(50, () => tenant.api.post(assignee.applications, { application_id: application }));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 49 });
    expect(await assignmentCounts(tenant)).toEqual({ rows: 1, events: 1 });
  });

  it('assign once: of 50 equal PUTs one answers 201 and 49 answer 200, all with the same assignment', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const answers = await together(50, () => tenant.api.put(`${assignee.applications}/${application}`));
    expect(statuses(answers)).toEqual({ 201: 1, 200: 49 });
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
    expect(await assignmentCounts(tenant)).toEqual({ rows: 1, events: 1 });
  });

  it('take once: of 30 equal DELETEs one answers 204 and 29 answer 404', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    await tenant.api.put(`${assignee.applications}/${application}`);
    const answers = await together(30, () => tenant.api.delete(`${assignee.applications}/${application}`));
    expect(statuses(answers)).toEqual({ 204: 1, 404: 29 });
    expect(await assignmentCounts(tenant)).toEqual({ rows: 0, events: 2 });
  });

  it('never deadlock: bulk calls with overlapping applications in opposite orders all answer 201', async () => {
    const tenant = await newTenant();
    const [assignee, applications] = [await newAssignee(tenant, kind), await manyApplications(tenant, 200)];
    const answers = await together(16, (index) => {
      const part = applications.slice(index * 5, index * 5 + 120);
      return tenant.api.post(`${assignee.applications}/bulk`, {
        application_ids: index % 2 === 0 ? part : part.toReversed(),
      });
    });
    expect(statuses(answers)).toEqual({ 201: 16 });
    const assigned = answers.flatMap(({ body }) => body.data.assigned as string[]);
    expect(assigned.toSorted()).toEqual(applications.slice(0, 195));
    expect(await assignmentCounts(tenant)).toEqual({ rows: 195, events: 195 });
  });

  it('never fail: giving and taking at once answers only what each call may answer', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const path = `${assignee.applications}/${application}`;
    const answers = await together(60, (index) => (index % 2 === 0 ? tenant.api.put(path) : tenant.api.delete(path)));
    const puts = answers.filter((_, index) => index % 2 === 0);
    const deletes = answers.filter((_, index) => index % 2 === 1);
    expect(puts.every(({ status }) => status === 200 || status === 201)).toBe(true);
    expect(deletes.every(({ status }) => status === 204 || status === 404)).toBe(true);
    const made = puts.filter(({ status }) => status === 201).length;
    const taken = deletes.filter(({ status }) => status === 204).length;
    expect(await assignmentCounts(tenant)).toEqual({ rows: made - taken, events: made + taken });
    await expectSetsTrue(tenant.id);
  });

  it('leave nothing behind: while the application is deleted, every assignment is refused or goes with it', async () => {
    const tenant = await newTenant();
    const application = await tenant.application();
    const assignees = await Promise.all(Array.from({ length: 12 }, () => newAssignee(tenant, kind)));
    const [removal, ...answers] = await Promise.all([
      tenant.api.delete(`${tenant.path}/applications/${application}`),
      ...assignees.map((assignee) => tenant.api.post(assignee.applications, { application_id: application })),
    ]);
    expect(removal.status).toBe(204);
    expect(answers.every(({ status }) => status === 201 || status === 404)).toBe(true);
    expect((await assignmentCounts(tenant)).rows).toBe(0);
    await expectSetsTrue(tenant.id);
  });
});
