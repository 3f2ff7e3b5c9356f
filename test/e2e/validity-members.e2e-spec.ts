import { metaOf, refusal, wrongValue } from '../support/assignment-steps.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, SCHEDULED, STATES, UNBOUND, VALID, trailOf } from '../support/validity-steps.js';

const newTenant = tenantsWithCheckedSets();

/** A user and a group, and where the one's membership in the other is. */
async function newPair() {
  const tenant = await newTenant();
  const [userId, groupId] = [await tenant.user(), await tenant.group()];
  const members = `${tenant.path}/groups/${groupId}/members`;
  return { tenant, userId, groupId, members, url: `${members}/${userId}` };
}

type Snapshot = Record<string, unknown>;

describe('the bounds of a membership', () => {
  it.each(STATES)('are kept as they are sent (%s, %j), by POST and PUT, and read back', async (state, bounds) => {
    const { tenant, userId, groupId, members, url } = await newPair();
    const other = await tenant.user();
    const posted = await tenant.api.post(members, { user_ids: [userId, other], ...bounds });
    expect([posted.status, posted.body.data]).toEqual([200, { added: [userId, other], already_members: [] }]);
    const membership = { group_id: groupId, user_id: userId, added_at: expect.any(String), ...bounds };
    const read = await tenant.api.get(url);
    expect([read.status, read.body]).toEqual([200, { data: membership, meta: metaOf(read) }]);
    const third = await tenant.user();
    const put = await tenant.api.put(`${members}/${third}`, bounds);
    expect([put.status, put.body.data]).toEqual([201, { ...membership, user_id: third }]);
    const list = await tenant.api.get(members);
    const shown = (list.body.data as Snapshot[]).map(({ user_id: id, membership: how, ...row }) => [id, how, row]);
    const row = { user_name: expect.any(String), display_name: null, added_at: expect.any(String), ...bounds, state };
    expect(shown).toEqual([userId, other, third].sort().map((id) => [id, 'direct', row]));
    const trail = await trailOf(tenant, 'membership');
    expect(trail).toHaveLength(3);
    expect(trail).toContainEqual({ action: 'membership.created', before: null, after: read.body.data });
    expect(trail[2]).toEqual({ action: 'membership.created', before: null, after: put.body.data });
  });

  it('answer 422 naming the field where they are no moments or in the wrong order, and nothing is written', async () => {
    const { tenant, userId, members, url } = await newPair();
    const disordered = { valid_from: VALID.valid_until, valid_until: VALID.valid_from };
    for (const [body, field, type] of [
      [{ valid_from: 'soon' }, 'valid_from', 'date_time'],
      [{ valid_until: '0000-12-31T00:00:00Z' }, 'valid_until', 'date_time'],
      [disordered, 'valid_until', 'after_valid_from'],
      [{ ...disordered, valid_until: disordered.valid_from }, 'valid_until', 'after_valid_from'],
    ] as const) {
      for (const answer of [
        await tenant.api.post(members, { user_ids: [userId], ...body }),
        await tenant.api.put(url, body),
      ]) {
        expect([answer.status, answer.body]).toEqual([422, wrongValue(answer, ['body', field], type)]);
      }
    }
    expect((await tenant.api.get(url)).status).toBe(404);
    expect(await trailOf(tenant, 'membership')).toEqual([]);
  });
});

describe('PUT and PATCH of a membership that is there', () => {
  it('set and merge the bounds, and tell of real changes', async () => {
    const { tenant, url } = await newPair();
    const made = (await tenant.api.put(url)).body.data as Snapshot;
    const steps = [
      ['put', VALID, VALID],
      ['put', undefined, VALID],
      ['patch', {}, VALID],
      ['patch', { valid_until: null }, { ...VALID, valid_until: null }],
      ['put', { valid_until: VALID.valid_until }, { ...UNBOUND, valid_until: VALID.valid_until }],
      ['put', {}, UNBOUND],
      ['patch', EXPIRED, EXPIRED],
      ['patch', { valid_until: null }, UNBOUND],
    ] as const;
    for (const [method, body, bounds] of steps) {
      const answer = await tenant.api[method](url, body);
      expect([answer.status, answer.body]).toEqual([200, { data: { ...made, ...bounds }, meta: metaOf(answer) }]);
      expect((await tenant.api.get(url)).body.data).toEqual(answer.body.data);
    }
    const bounds = [UNBOUND, VALID, steps[3][2], steps[4][2], UNBOUND, EXPIRED, UNBOUND];
    const snapshots = bounds.map((each) => ({ ...made, ...each }));
    expect(await trailOf(tenant, 'membership')).toEqual([
      { action: 'membership.created', before: null, after: snapshots[0] },
      ...snapshots.slice(1).map((after, at) => ({ action: 'membership.updated', before: snapshots[at], after })),
    ]);
  });

  it('answer 422 where the merged bounds are in the wrong order, naming what was sent', async () => {
    const { tenant, url } = await newPair();
    await tenant.api.put(url, VALID);
    const late = await tenant.api.patch(url, { valid_from: VALID.valid_until });
    expect([late.status, late.body]).toEqual([422, wrongValue(late, ['body', 'valid_from'], 'before_valid_until')]);
    const early = await tenant.api.patch(url, { valid_until: VALID.valid_from });
    expect([early.status, early.body]).toEqual([422, wrongValue(early, ['body', 'valid_until'], 'after_valid_from')]);
    expect((await tenant.api.get(url)).body.data).toMatchObject(VALID);
  });

  it('answer 404, GET too, for who is no member, and for a stranger', async () => {
    const [{ tenant, url, userId, members }, other] = [await newPair(), await newPair()];
    await other.tenant.api.put(other.url);
    for (const [path, id] of [
      [url, userId],
      [`${members}/${other.userId}`, other.userId],
      [other.url.replace(other.tenant.id, tenant.id), other.userId],
    ]) {
      for (const answer of [await tenant.api.get(path!), await tenant.api.patch(path!, VALID)]) {
        const text = `No membership ${id} in this tenant.`;
        expect([answer.status, answer.body]).toEqual([404, refusal(answer, 'membership_not_found', text)]);
      }
    }
  });

  it('refuse a list in place of an object, and other fields', async () => {
    const { tenant, url } = await newPair();
    const list = await tenant.api.put(url, [VALID]);
    expect(list.body).toEqual(wrongValue(list, ['body'], 'json_object'));
    const none = await tenant.api.patch(url);
    expect(none.body).toEqual(wrongValue(none, ['body'], 'missing'));
    const unknown = await tenant.api.patch(url, { expires: VALID.valid_until });
    expect(unknown.body).toEqual(wrongValue(unknown, ['body', 'expires'], 'unknown_field'));
  });
});

describe('an expired membership', () => {
  it.each(['POST', 'PUT', 'PUT with a body'])('is in nobody’s way: %s replaces it', async (way) => {
    const { tenant, userId, members, url } = await newPair();
    const held = await tenant.user();
    await tenant.api.put(`${members}/${held}`);
    const old = (await tenant.api.put(url, EXPIRED)).body.data as Snapshot;
    const bounds = way === 'PUT' ? UNBOUND : VALID;
    if (way === 'POST') {
      const posted = await tenant.api.post(members, { user_ids: [held, userId], ...bounds });
      expect(posted.body.data).toEqual({ added: [userId], already_members: [held] });
    } else {
      const put = await tenant.api.put(url, way === 'PUT' ? undefined : bounds);
      expect(put.status).toBe(201);
    }
    const now = (await tenant.api.get(url)).body.data as Snapshot;
    expect(now).toEqual({ ...old, ...bounds, added_at: expect.any(String) });
    expect(Date.parse(String(now.added_at))).toBeGreaterThan(Date.parse(String(old.added_at)));
    expect((await trailOf(tenant, 'membership')).slice(1)).toEqual([
      { action: 'membership.created', before: null, after: old },
      { action: 'membership.deleted', before: old, after: null },
      { action: 'membership.created', before: null, after: now },
    ]);
  });

  it('is not what a scheduled one is: that is already there', async () => {
    const { tenant, userId, members, url } = await newPair();
    const scheduled = (await tenant.api.put(url, SCHEDULED)).body.data as Snapshot;
    const posted = await tenant.api.post(members, { user_ids: [userId] });
    expect(posted.body.data).toEqual({ added: [], already_members: [userId] });
    expect((await tenant.api.get(url)).body.data).toEqual(scheduled);
  });

  it('can be taken away', async () => {
    const { tenant, url } = await newPair();
    const old = (await tenant.api.put(url, EXPIRED)).body.data as Snapshot;
    expect((await tenant.api.delete(url)).status).toBe(204);
    expect((await tenant.api.get(url)).status).toBe(404);
    expect((await trailOf(tenant, 'membership'))[1]).toEqual({
      action: 'membership.deleted',
      before: old,
      after: null,
    });
  });
});
