import { randomUUID } from 'node:crypto';
import { ASSIGNEES, metaOf, newAssignee, refusal, subjectOf, wrongValue } from '../support/assignment-steps.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, SCHEDULED, STATES, UNBOUND, VALID, trailOf } from '../support/validity-steps.js';

const newTenant = tenantsWithCheckedSets();

/** An assignee, an application, and where the one's assignment of the other is. */
async function newPair(kind: 'user' | 'group') {
  const tenant = await newTenant();
  const [assignee, application] = [await newAssignee(tenant, kind), await tenant.application()];
  return { tenant, assignee, application, url: `${assignee.applications}/${application}` };
}

type Snapshot = Record<string, unknown>;

/** An assignment as the trail keeps it. */
function snapshotOf({ assignment_type: _type, ...rest }: Snapshot): Snapshot {
  return rest;
}

describe.each(ASSIGNEES)('the bounds of an assignment to a $kind', ({ kind, type }) => {
  it.each(STATES)('are kept as they are sent (%s, %j), by POST, bulk and PUT, and read back', async (_, bounds) => {
    const { tenant, assignee, application, url } = await newPair(kind);
    const posted = await tenant.api.post(assignee.applications, { application_id: application, ...bounds });
    expect(posted.status).toBe(201);
    const assignment = {
      id: expect.any(String),
      application_id: application,
      user_id: kind === 'user' ? assignee.id : null,
      group_id: kind === 'group' ? assignee.id : null,
      assignment_type: type,
      assigned_at: expect.any(String),
      assigned_by: subjectOf(tenant.api),
      ...bounds,
    };
    expect(posted.body).toEqual({ data: assignment, meta: metaOf(posted) });
    const read = await tenant.api.get(url);
    expect([read.status, read.body]).toEqual([200, { data: posted.body.data, meta: metaOf(read) }]);
    const others = [await tenant.application(), await tenant.application()];
    const bulk = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: others, ...bounds });
    expect(bulk.body.data).toEqual({ assigned: others, already_assigned: [] });
    for (const id of others) {
      expect((await tenant.api.get(`${assignee.applications}/${id}`)).body.data).toMatchObject(bounds);
    }
    const third = await tenant.application();
    const put = await tenant.api.put(`${assignee.applications}/${third}`, bounds);
    expect([put.status, put.body.data]).toEqual([201, { ...assignment, application_id: third }]);
    const trail = await trailOf(tenant, 'assignment');
    expect(trail).toHaveLength(4);
    expect(trail[0]).toEqual({ action: 'assignment.created', before: null, after: snapshotOf(posted.body.data) });
    expect(trail[3]).toEqual({ action: 'assignment.created', before: null, after: snapshotOf(put.body.data) });
  });

  it('are read as RFC 3339 in any offset, and answered in UTC with milliseconds', async () => {
    const { tenant, url } = await newPair(kind);
    const sent = { valid_from: '2026-11-22t09:30:00.1234567+01:30', valid_until: '9999-12-31T23:59:59.999Z' };
    const put = await tenant.api.put(url, sent);
    expect(put.body.data).toMatchObject({ valid_from: '2026-11-22T08:00:00.123Z', valid_until: sent.valid_until });
    const first = await tenant.api.patch(url, { valid_from: '0001-01-01T00:00:00Z' });
    expect(first.body.data.valid_from).toBe('0001-01-01T00:00:00.000Z');
    expect((await tenant.api.get(url)).body.data).toEqual(first.body.data);
  });

  it.each([
    'yesterday',
    '2026-02-30T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    1,
    {},
    ['x'],
    '',
  ])('answer 422 naming the field for %j, and nothing is written', async (value) => {
    const { tenant, assignee, application, url } = await newPair(kind);
    for (const field of ['valid_from', 'valid_until']) {
      const body = { [field]: value };
      const answers = [
        await tenant.api.post(assignee.applications, { application_id: application, ...body }),
        await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: [application], ...body }),
        await tenant.api.put(url, body),
        await tenant.api.patch(url, body),
      ];
      for (const answer of answers) {
        expect([answer.status, answer.body]).toEqual([422, wrongValue(answer, ['body', field], 'date_time')]);
      }
    }
    expect(await trailOf(tenant, 'assignment')).toEqual([]);
  });

  it('answer 422 naming valid_until where it is not after valid_from, and nothing is written', async () => {
    const { tenant, assignee, application, url } = await newPair(kind);
    for (const until of ['2026-01-01T00:00:00Z', '2025-12-31T23:59:59.999Z', '2026-01-01T01:00:00+01:00']) {
      const body = { valid_from: '2026-01-01T00:00:00Z', valid_until: until };
      const answers = [
        await tenant.api.post(assignee.applications, { application_id: application, ...body }),
        await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: [application], ...body }),
        await tenant.api.put(url, body),
      ];
      for (const answer of answers) {
        expect([answer.status, answer.body]).toEqual([
          422,
          wrongValue(answer, ['body', 'valid_until'], 'after_valid_from'),
        ]);
      }
    }
    expect((await tenant.api.get(url)).status).toBe(404);
    expect(await trailOf(tenant, 'assignment')).toEqual([]);
  });
});

describe.each(ASSIGNEES)('PUT of an assignment of a $kind that is there', ({ kind }) => {
  it('without a body leaves the bounds, with one sets exactly what it says', async () => {
    const { tenant, url } = await newPair(kind);
    const made = (await tenant.api.put(url, VALID)).body.data as Snapshot;
    for (const [body, bounds] of [
      [undefined, VALID],
      [{ valid_until: VALID.valid_until }, { valid_from: null, valid_until: VALID.valid_until }],
      [SCHEDULED, SCHEDULED],
      [undefined, SCHEDULED],
      [{}, UNBOUND],
      [VALID, VALID],
      [{ valid_from: null }, UNBOUND],
    ] as const) {
      const put = await tenant.api.put(url, body);
      expect([put.status, put.body.data]).toEqual([200, { ...made, ...bounds }]);
      expect((await tenant.api.get(url)).body.data).toEqual(put.body.data);
    }
    const states = [VALID, { ...UNBOUND, valid_until: VALID.valid_until }, SCHEDULED, UNBOUND, VALID, UNBOUND];
    const snapshots = states.map((bounds) => ({ ...snapshotOf(made), ...bounds }));
    const updates = snapshots.slice(1).map((after, index) => {
      return { action: 'assignment.updated', before: snapshots[index], after };
    });
    const created = { action: 'assignment.created', before: null, after: snapshots[0] };
    expect(await trailOf(tenant, 'assignment')).toEqual([created, ...updates]);
  });

  it('refuses fields that it does not have, and what is no object', async () => {
    const { tenant, url } = await newPair(kind);
    const unknown = await tenant.api.put(url, { until: VALID.valid_until });
    expect(unknown.body).toEqual(wrongValue(unknown, ['body', 'until'], 'unknown_field'));
    const list = await tenant.api.put(url, []);
    expect(list.body).toEqual(wrongValue(list, ['body'], 'json_object'));
    const nothing = await tenant.api.put(url, null);
    expect(nothing.body).toEqual(wrongValue(nothing, ['body'], 'missing'));
    expect((await tenant.api.get(url)).status).toBe(404);
  });
});

describe.each(ASSIGNEES)('PATCH of an assignment of a $kind', ({ kind }) => {
  it('changes what is sent, leaves what is left out, takes away what is null, and tells of real changes', async () => {
    const { tenant, url } = await newPair(kind);
    const made = (await tenant.api.put(url)).body.data as Snapshot;
    let bounds: object = UNBOUND;
    for (const patch of [
      {},
      { valid_until: VALID.valid_until },
      { valid_until: VALID.valid_until },
      { valid_from: VALID.valid_from },
      { valid_until: null },
      { valid_from: null, valid_until: EXPIRED.valid_until },
      { valid_until: null },
    ]) {
      bounds = { ...bounds, ...patch };
      const patched = await tenant.api.patch(url, patch);
      expect([patched.status, patched.body]).toEqual([200, { data: { ...made, ...bounds }, meta: metaOf(patched) }]);
      expect((await tenant.api.get(url)).body.data).toEqual(patched.body.data);
    }
    const trail = (await trailOf(tenant, 'assignment')) as { action: string; before: unknown; after: unknown }[];
    expect(trail.map(({ action }) => action)).toEqual(['assignment.created', ...Array(5).fill('assignment.updated')]);
    expect(trail[2]).toEqual({
      action: 'assignment.updated',
      before: { ...snapshotOf(made), valid_until: VALID.valid_until },
      after: { ...snapshotOf(made), ...VALID },
    });
  });

  it('answers 422 where the merged bounds are in the wrong order, naming what was sent', async () => {
    const { tenant, url } = await newPair(kind);
    await tenant.api.put(url, VALID);
    const late = await tenant.api.patch(url, { valid_from: VALID.valid_until });
    expect([late.status, late.body]).toEqual([422, wrongValue(late, ['body', 'valid_from'], 'before_valid_until')]);
    const early = await tenant.api.patch(url, { valid_until: VALID.valid_from });
    expect([early.status, early.body]).toEqual([422, wrongValue(early, ['body', 'valid_until'], 'after_valid_from')]);
    const both = await tenant.api.patch(url, { valid_from: VALID.valid_until, valid_until: VALID.valid_from });
    expect([both.status, both.body]).toEqual([422, wrongValue(both, ['body', 'valid_until'], 'after_valid_from')]);
    expect((await tenant.api.get(url)).body.data).toMatchObject(VALID);
  });

  it('and GET answer 404 for what is not assigned, in this tenant', async () => {
    const [{ tenant, url, assignee, application }, other] = [await newPair(kind), await newPair(kind)];
    await other.tenant.api.put(other.url);
    const foreign = other.url.replace(other.tenant.id, tenant.id);
    for (const [path, id, app] of [
      [url, assignee.id, application],
      [foreign, other.assignee.id, other.application],
    ] as const) {
      const text = `Application ${app} is not assigned to ${kind} ${id} itself.`;
      for (const answer of [await tenant.api.get(path), await tenant.api.patch(path, VALID)]) {
        expect([answer.status, answer.body]).toEqual([404, refusal(answer, 'assignment_not_found', text)]);
      }
    }
    expect((await other.tenant.api.get(other.url)).body.data).toMatchObject(UNBOUND);
    expect((await tenant.api.get(`${assignee.applications}/${randomUUID()}`)).status).toBe(404);
  });
});

describe.each(ASSIGNEES)('an expired assignment of a $kind', ({ kind }) => {
  it.each(['POST', 'PUT', 'PUT with a body', 'bulk'])('is in nobody’s way: %s replaces it', async (way) => {
    const { tenant, assignee, application, url } = await newPair(kind);
    const old = (await tenant.api.put(url, EXPIRED)).body.data as Snapshot;
    const other = await tenant.apiWith('assignments:write');
    const bounds = way === 'PUT' ? UNBOUND : VALID;
    const made = await {
      POST: () => other.post(assignee.applications, { application_id: application, ...bounds }),
      PUT: () => other.put(url),
      'PUT with a body': () => other.put(url, bounds),
      bulk: () => other.post(`${assignee.applications}/bulk`, { application_ids: [application], ...bounds }),
    }[way]!();
    expect(made.status).toBe(201);
    if (way === 'bulk') expect(made.body.data).toEqual({ assigned: [application], already_assigned: [] });
    const now = (await tenant.api.get(url)).body.data as Snapshot;
    expect(now).toEqual({
      ...old,
      ...bounds,
      id: expect.any(String),
      assigned_at: expect.any(String),
      assigned_by: subjectOf(other),
    });
    expect(now.id).not.toBe(old.id);
    expect(Date.parse(String(now.assigned_at))).toBeGreaterThan(Date.parse(String(old.assigned_at)));
    expect(await trailOf(tenant, 'assignment')).toEqual([
      { action: 'assignment.created', before: null, after: snapshotOf(old) },
      { action: 'assignment.deleted', before: snapshotOf(old), after: null },
      { action: 'assignment.created', before: null, after: snapshotOf(now) },
    ]);
  });

  it('can be read, taken away, and brought back by PATCH', async () => {
    const { tenant, url } = await newPair(kind);
    const old = (await tenant.api.put(url, EXPIRED)).body.data as Snapshot;
    const back = await tenant.api.patch(url, { valid_until: null });
    expect(back.body.data).toEqual({ ...old, ...UNBOUND });
    await tenant.api.patch(url, EXPIRED);
    expect((await tenant.api.delete(url)).status).toBe(204);
    expect((await tenant.api.get(url)).status).toBe(404);
  });

  it('is not what a scheduled one is: that is already there', async () => {
    const { tenant, assignee, application, url } = await newPair(kind);
    const scheduled = (await tenant.api.put(url, SCHEDULED)).body.data as Snapshot;
    const post = await tenant.api.post(assignee.applications, { application_id: application });
    expect([post.status, post.body.code]).toEqual([409, 'already_assigned']);
    const bulk = await tenant.api.post(`${assignee.applications}/bulk`, { application_ids: [application], ...VALID });
    expect(bulk.body.data).toEqual({ assigned: [], already_assigned: [application] });
    expect((await tenant.api.get(url)).body.data).toEqual(scheduled);
  });
});
