import { randomUUID } from 'node:crypto';
import {
  ASSIGNEES,
  assign,
  assignmentCounts,
  manyApplications,
  metaOf,
  newAssignee,
  refusal,
  storedAssignments,
  subjectOf,
  wrongValue,
} from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(ASSIGNEES)('giving applications to a $kind', ({ kind, type }) => {
  it('answers 201 with the assignment, says where it is, and writes it down with its audit event', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const made = await tenant.api.post(assignee.applications, { application_id: application });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      data: {
        id: expect.any(String),
        application_id: application,
        user_id: kind === 'user' ? assignee.id : null,
        group_id: kind === 'group' ? assignee.id : null,
        assignment_type: type,
        assigned_at: expect.stringMatching(MOMENT),
        assigned_by: subjectOf(tenant.api),
        valid_from: null,
        valid_until: null,
      },
      meta: metaOf(made),
    });
    expect(made.headers.get('location')).toBe(`${tenant.api.url}${assignee.applications}/${application}`);
    const { id, user_id, group_id, assigned_by } = made.body.data;
    expect(await storedAssignments(tenant)).toEqual([
      { id, application_id: application, user_id, group_id, assigned_by },
    ]);
    const events = await sql(
      `SELECT action, resource_id, actor_id, request_id, before, after FROM audit_events
        WHERE tenant_id = $1 AND resource_type = 'assignment'`,
      [tenant.id],
    );
    expect(events).toEqual([
      {
        action: 'assignment.created',
        resource_id: id,
        actor_id: assigned_by,
        request_id: made.headers.get('x-request-id'),
        before: null,
        after: {
          id,
          application_id: application,
          user_id,
          group_id,
          assigned_by,
          assigned_at: expect.any(String),
          valid_from: null,
          valid_until: null,
        },
      },
    ]);
  });

  it('answers 409 already_assigned to what is assigned already, and writes nothing', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    await assign(tenant, kind, assignee.id, application);
    const again = await tenant.api.post(assignee.applications, { application_id: application.toUpperCase() });
    expect(again.status).toBe(409);
    const text = `Application ${application} is already assigned to ${kind} ${assignee.id}.`;
    expect(again.body).toEqual(refusal(again, 'already_assigned', text));
    expect(await assignmentCounts(tenant)).toEqual({ rows: 1, events: 1 });
  });

  it('answers 404 for an application and for an assignee that the tenant does not have', async () => {
    const tenant = await newTenant();
    const [assignee, application, unknown] = [
      await newAssignee(tenant, kind),
      await tenant.application(),
      randomUUID(),
    ];
    const noApplication = await tenant.api.post(assignee.applications, { application_id: unknown });
    expect(noApplication.status).toBe(404);
    const text = `No application ${unknown} in this tenant.`;
    expect(noApplication.body).toEqual(refusal(noApplication, 'application_not_found', text));
    const path = assignee.applications.replace(assignee.id, unknown);
    const noAssignee = await tenant.api.post(path, { application_id: application });
    expect(noAssignee.status).toBe(404);
    expect(noAssignee.body).toEqual(refusal(noAssignee, `${kind}_not_found`, `No ${kind} ${unknown} in this tenant.`));
    expect(await assignmentCounts(tenant)).toEqual({ rows: 0, events: 0 });
  });

  it('gives one application to many, each by itself', async () => {
    const tenant = await newTenant();
    const [left, right] = [await newAssignee(tenant, kind), await newAssignee(tenant, kind)];
    const application = await tenant.application();
    await assign(tenant, kind, left.id, application);
    await assign(tenant, kind, right.id, application);
    await tenant.api.delete(`${left.applications}/${application}`);
    expect(await storedAssignments(tenant)).toEqual([expect.objectContaining({ [`${kind}_id`]: right.id })]);
  });
});

describe.each(ASSIGNEES)('putting an application to a $kind', ({ kind, type }) => {
  it('answers 201 the first time and 200 with the same assignment ever after, and writes once', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const path = `${assignee.applications}/${application}`;
    const first = await tenant.api.put(path);
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      data: {
        id: expect.any(String),
        application_id: application,
        user_id: kind === 'user' ? assignee.id : null,
        group_id: kind === 'group' ? assignee.id : null,
        assignment_type: type,
        assigned_at: expect.stringMatching(MOMENT),
        assigned_by: subjectOf(tenant.api),
        valid_from: null,
        valid_until: null,
      },
      meta: metaOf(first),
    });
    expect(first.headers.get('location')).toBe(tenant.api.url + path);
    const second = await tenant.api.put(path);
    expect(second.status).toBe(200);
    expect(second.body).toEqual({ data: first.body.data, meta: metaOf(second) });
    expect(second.headers.get('location')).toBeNull();
    expect(await assignmentCounts(tenant)).toEqual({ rows: 1, events: 1 });
  });

  it('answers 200 with what a POST has made, whoever asks', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const made = await assign(tenant, kind, assignee.id, application);
    const other = await tenant.apiWith('assignments:write');
    const put = await other.put(`${assignee.applications}/${application}`);
    expect(put.status).toBe(200);
    expect(put.body).toEqual({ data: made, meta: metaOf(put) });
    expect(put.body.data.assigned_by).toBe(subjectOf(tenant.api));
  });

  it('answers 404 for an application and for an assignee that the tenant does not have', async () => {
    const tenant = await newTenant();
    const [assignee, application, unknown] = [
      await newAssignee(tenant, kind),
      await tenant.application(),
      randomUUID(),
    ];
    const noApplication = await tenant.api.put(`${assignee.applications}/${unknown}`);
    const text = `No application ${unknown} in this tenant.`;
    expect(noApplication.status).toBe(404);
    expect(noApplication.body).toEqual(refusal(noApplication, 'application_not_found', text));
    const noAssignee = await tenant.api.put(`${assignee.applications.replace(assignee.id, unknown)}/${application}`);
    expect(noAssignee.status).toBe(404);
    expect(noAssignee.body).toEqual(refusal(noAssignee, `${kind}_not_found`, `No ${kind} ${unknown} in this tenant.`));
    expect(await assignmentCounts(tenant)).toEqual({ rows: 0, events: 0 });
  });
});

describe.each(ASSIGNEES)('taking an application from a $kind', ({ kind }) => {
  it('answers 204 without a body and writes down what was taken; the second time 404', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const made = await assign(tenant, kind, assignee.id, application);
    const taken = await tenant.api.delete(`${assignee.applications}/${application}`);
    expect(taken.status).toBe(204);
    expect(taken.body).toBeNull();
    expect(await storedAssignments(tenant)).toEqual([]);
    const [, event] = await sql(
      `SELECT action, resource_id, before, after FROM audit_events
        WHERE tenant_id = $1 AND resource_type = 'assignment' ORDER BY seq`,
      [tenant.id],
    );
    const before = expect.objectContaining({ id: made.id, application_id: application, [`${kind}_id`]: assignee.id });
    expect(event).toEqual({ action: 'assignment.deleted', resource_id: made.id, before, after: null });
    const again = await tenant.api.delete(`${assignee.applications}/${application}`);
    expect(again.status).toBe(404);
    expect(again.body).toEqual(refusal(again, 'assignment_not_found', expect.stringContaining(application)));
    expect(await assignmentCounts(tenant)).toEqual({ rows: 0, events: 2 });
  });

  it('can be followed by giving it again, as a new assignment', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const first = await assign(tenant, kind, assignee.id, application);
    await tenant.api.delete(`${assignee.applications}/${application}`);
    const second = await assign(tenant, kind, assignee.id, application);
    expect(second.id).not.toBe(first.id);
    expect(await storedAssignments(tenant)).toEqual([expect.objectContaining({ id: second.id })]);
  });
});

describe.each(ASSIGNEES)('giving several applications to a $kind at once', ({ kind }) => {
  it('reports which were assigned by this call and which before, in the order asked for', async () => {
    const tenant = await newTenant();
    const [assignee, applications] = [await newAssignee(tenant, kind), await manyApplications(tenant, 4)];
    const [a, b, c, d] = applications as [string, string, string, string];
    await assign(tenant, kind, assignee.id, b);
    const bulk = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: [d, b, a, c] });
    expect(bulk.status).toBe(201);
    expect(bulk.body).toEqual({ data: { assigned: [d, a, c], already_assigned: [b] }, meta: metaOf(bulk) });
    expect(await assignmentCounts(tenant)).toEqual({ rows: 4, events: 4 });
    const again = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: [a, b] });
    expect(again.status).toBe(201);
    expect(again.body).toEqual({ data: { assigned: [], already_assigned: [a, b] }, meta: metaOf(again) });
    expect(await assignmentCounts(tenant)).toEqual({ rows: 4, events: 4 });
  });

  it('counts repeats once, in either case of the letters', async () => {
    const tenant = await newTenant();
    const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
    const application_ids = [application, application.toUpperCase(), application];
    const bulk = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids });
    expect(bulk.body).toEqual({ data: { assigned: [application], already_assigned: [] }, meta: metaOf(bulk) });
    expect(await assignmentCounts(tenant)).toEqual({ rows: 1, events: 1 });
  });

  it('answers 404 naming every unknown application, and writes nothing', async () => {
    const tenant = await newTenant();
    const [assignee, known] = [await newAssignee(tenant, kind), await tenant.application()];
    const [first, second] = [randomUUID(), randomUUID()];
    const bulk = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: [known, first, second] });
    expect(bulk.status).toBe(404);
    expect(bulk.body).toEqual(refusal(bulk, 'application_not_found', expect.stringContaining(first)));
    expect(bulk.body.detail).toContain(second);
    expect(bulk.body.detail).not.toContain(known);
    expect(await assignmentCounts(tenant)).toEqual({ rows: 0, events: 0 });
  });

  it('answers 404 for an unknown assignee, and writes nothing', async () => {
    const tenant = await newTenant();
    const [application, unknown] = [await tenant.application(), randomUUID()];
    const bulk = await tenant.api.post(`${tenant.path}/${kind}s/${unknown}/applications/bulk`, {
      application_ids: [application],
    });
    expect(bulk.status).toBe(404);
    expect(bulk.body).toEqual(refusal(bulk, `${kind}_not_found`, `No ${kind} ${unknown} in this tenant.`));
    expect(await assignmentCounts(tenant)).toEqual({ rows: 0, events: 0 });
  });

  it('takes 1,000 ids, and refuses 1,001 and none with 422', async () => {
    const tenant = await newTenant();
    const [assignee, applications] = [await newAssignee(tenant, kind), await manyApplications(tenant, 1001)];
    for (const application_ids of [applications, []]) {
      const refused = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids });
      expect(refused.status).toBe(422);
      expect(refused.body).toEqual(wrongValue(refused, ['body', 'application_ids'], 'uuid_list'));
    }
    expect(await assignmentCounts(tenant)).toEqual({ rows: 0, events: 0 });
    const thousand = applications.slice(0, 1000);
    const bulk = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: thousand });
    expect(bulk.status).toBe(201);
    expect(bulk.body).toEqual({ data: { assigned: thousand, already_assigned: [] }, meta: metaOf(bulk) });
    expect(await assignmentCounts(tenant)).toEqual({ rows: 1000, events: 1000 });
  });
});
