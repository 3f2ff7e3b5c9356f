import type { AccessFacts, AssignmentFact, MembershipFact } from './access-facts.js';
import { explain } from './access-explanation.js';
import { AccessPaths } from './access-paths.js';
import { boundedPaths, countOf } from './bounded-paths.js';

const SINCE = '2026-01-01T00:00:00+00:00';
const PAST = '2026-11-20T10:00:00+01:00';
const FUTURE = '2027-01-01T00:00:00.25+00:00';
const OPEN = { tenant_status: 'active', user_status: 'active', application_status: 'active' };
const NAMES = { user_name: 'Ada Lovelace', application_name: 'CRM' };

type Time = 'scheduled' | 'valid' | 'expired';

function bounds(state: Time): Pick<MembershipFact, 'valid_from' | 'valid_until' | 'state'> {
  return { valid_from: state === 'scheduled' ? FUTURE : null, valid_until: state === 'expired' ? PAST : null, state };
}

function assigned(groupId: string | null, state: Time = 'valid', more: Partial<AssignmentFact> = {}): AssignmentFact {
  const id = `assignment ${groupId ?? 'direct'}`;
  return { id, group_id: groupId, assigned_at: SINCE, assigned_by: 'admin', ...bounds(state), ...more };
}

function member(groupId: string, state: Time = 'valid', more: Partial<MembershipFact> = {}): MembershipFact {
  return { group_id: groupId, added_at: SINCE, by_rule: false, ...bounds(state), ...more };
}

/** Groups are called by their ids; `a>b` puts b into a. */
function facts(assignments: AssignmentFact[], memberships: MembershipFact[] = [], ...pairs: string[]): AccessFacts {
  const nestings = pairs.map((pair) => {
    const [parent_id = '', child_id = ''] = pair.split('>');
    return { parent_id, child_id, added_at: SINCE };
  });
  const ids = [...memberships, ...assignments].flatMap(({ group_id }) => group_id ?? []);
  const groups = [...ids, ...nestings.flatMap(({ parent_id, child_id }) => [parent_id, child_id])];
  return {
    assignments,
    memberships,
    nestings,
    group_names: Object.fromEntries(groups.map((id) => [id, `Group ${id}`])),
  };
}

const explained = (given: AccessFacts, standing: Partial<typeof OPEN> = {}) =>
  explain({ ...OPEN, ...standing, ...NAMES, facts: given });

/** `yes a>b` or `no a: reasons`, a line a path. */
function lines(given: ReturnType<typeof explained>): string[] {
  return given.paths.map(({ effective, via, assignment, reasons }) => {
    const way = via.map(({ group_id }) => group_id).join('<') || assignment.assignment_type;
    return effective ? `yes ${way}` : `no ${way}: ${reasons.join(' ')}`;
  });
}

describe('the explanation of an access', () => {
  it('shows a path with its assignment and every group, in moments of one form', () => {
    const given = facts([assigned('top', 'valid', { valid_until: FUTURE })], [member('in')], 'top>in');
    expect(explained(given)).toEqual({
      allowed: true,
      path_count: 1,
      path_count_exact: '1',
      paths_truncated: false,
      reasons: [],
      message: 'Ada Lovelace can use CRM through the group Group in inside of Group top, to which it is assigned.',
      paths: [
        {
          effective: true,
          assignment: {
            id: 'assignment top',
            assignment_type: 'group',
            assigned_at: new Date(SINCE),
            assigned_by: 'admin',
            valid_from: null,
            valid_until: new Date(FUTURE),
          },
          via: ['in', 'top'].map((group_id) => ({
            group_id,
            name: `Group ${group_id}`,
            added_at: new Date(SINCE),
            valid_from: null,
            valid_until: null,
          })),
          reasons: [],
        },
      ],
    });
  });

  it('puts what gives access first, then the short before the long, then the ids', () => {
    const given = facts(
      [assigned(null, 'expired'), assigned('top'), assigned('b', 'scheduled')],
      [member('a'), member('b'), member('c', 'expired')],
      'top>mid',
      'mid>a',
      'top>b',
      'top>c',
    );
    const answer = explained(given);
    expect(lines(answer)).toEqual([
      'yes b<top',
      'yes a<mid<top',
      'no direct: assignment_expired',
      'no b: assignment_not_yet_valid',
      'no c<top: membership_expired',
    ]);
    expect(answer.message).toBe(
      'Ada Lovelace can use CRM through the group Group b inside of Group top, to which it is assigned, and in one more way.',
    );
  });

  it('counts 2^20 paths, shows a hundred, and says so', () => {
    const pairs = Array.from({ length: 20 }, (_, at) => [
      `l${at}>a${at}`,
      `l${at}>b${at}`,
      `a${at}>l${at + 1}`,
      `b${at}>l${at + 1}`,
    ]);
    const answer = explained(facts([assigned('l0')], [member('l20')], ...pairs.flat()));
    expect(answer).toMatchObject({
      allowed: true,
      path_count: 2 ** 20,
      path_count_exact: '1048576',
      paths_truncated: true,
    });
    expect(answer.paths).toHaveLength(100);
    expect(new Set(lines(answer)).size).toBe(100);
    expect(answer.message).toContain(', and in 1048575 more ways.');
  });

  it('has room for a hundred paths in all, and is truncated from the next one on', () => {
    const groups = Array.from({ length: 101 }, (_, at) => `g${String(at).padStart(3, '0')}`);
    const hundred = groups.slice(0, 100).map((group, at) => member(group, at % 2 === 0 ? 'valid' : 'expired'));
    const all = explained(
      facts(
        groups.map((group) => assigned(group)),
        hundred,
      ),
    );
    expect([all.path_count, all.paths.length, all.paths_truncated]).toEqual([100, 100, false]);
    expect(all.paths.filter(({ effective }) => effective)).toHaveLength(50);
    const more = explained(
      facts(
        groups.map((group) => assigned(group)),
        [...hundred, member('g100', 'scheduled')],
      ),
    );
    expect([more.path_count, more.paths.length, more.paths_truncated]).toEqual([101, 100, true]);
  });

  it.each([
    [[], [], ['no_assignment'], 'it is assigned neither to the user nor to a group that the user is in'],
    [
      [assigned(null, 'scheduled')],
      [],
      ['assignment_not_yet_valid'],
      'the assignment to the user itself begins on 2027-01-01T00:00:00.250Z',
    ],
    [
      [assigned(null, 'expired')],
      [],
      ['assignment_expired'],
      'the assignment to the user itself ended on 2026-11-20T09:00:00.000Z',
    ],
    [
      [assigned('a')],
      [member('a', 'expired')],
      ['membership_expired'],
      'the membership of Group a ended on 2026-11-20T09:00:00.000Z',
    ],
    [
      [assigned('a')],
      [member('a', 'scheduled')],
      ['membership_not_yet_valid'],
      'the membership of Group a begins on 2027-01-01T00:00:00.250Z',
    ],
    [
      [assigned('a', 'expired'), assigned(null, 'scheduled')],
      [member('a', 'expired')],
      ['assignment_not_yet_valid', 'assignment_expired', 'membership_expired'],
      'the assignment to the user itself begins on 2027-01-01T00:00:00.250Z; the assignment to Group a ended on 2026-11-20T09:00:00.000Z; the membership of Group a ended on 2026-11-20T09:00:00.000Z',
    ],
  ] as const)('says why not: case %#', (assignments, memberships, reasons, why) => {
    const answer = explained(facts([...assignments], [...memberships]));
    expect(answer).toMatchObject({ allowed: false, reasons, message: `Ada Lovelace cannot use CRM: ${why}.` });
  });

  it('names of several what begins first, and what ended last', () => {
    const [sooner, earlier] = [{ valid_from: '2026-12-01T00:00:00Z' }, { valid_until: '2026-10-01T00:00:00Z' }];
    const given = facts(
      [assigned('a', 'scheduled'), assigned('b', 'scheduled', sooner), assigned('c'), assigned('d')],
      [member('a'), member('b'), member('c', 'expired', earlier), member('d', 'expired')],
    );
    expect(explained(given).message).toBe(
      'Ada Lovelace cannot use CRM: the assignment to Group b begins on 2026-12-01T00:00:00.000Z; the membership of Group d ended on 2026-11-20T09:00:00.000Z.',
    );
  });

  it('closes every path where tenant, user or application is not active', () => {
    const closed = { tenant_status: 'suspended', user_status: 'suspended', application_status: 'disabled' };
    const answer = explained(facts([assigned(null), assigned('a')], [member('a', 'expired')]), closed);
    expect(answer).toMatchObject({
      allowed: false,
      path_count: 2,
      reasons: ['tenant_suspended', 'user_suspended', 'application_disabled'],
      message:
        'Ada Lovelace cannot use CRM: the tenant is suspended; the user is suspended; the application is disabled.',
    });
    expect(lines(answer)).toEqual([
      'no direct: tenant_suspended user_suspended application_disabled',
      'no a: tenant_suspended user_suspended application_disabled membership_expired',
    ]);
    expect(explained(facts([]), { user_status: 'suspended' }).reasons).toEqual(['user_suspended', 'no_assignment']);
  });
});

describe('the paths that give access now', () => {
  it('are bounded, and counted without the others', () => {
    const given = facts([assigned(null), assigned('a'), assigned('b', 'scheduled')], [member('a'), member('b')]);
    const { paths, pathCount, truncated } = boundedPaths(given, 1);
    expect([paths.map(({ via }) => via.length), pathCount, truncated]).toEqual([[0], 2, true]);
    expect(boundedPaths(given, 2)).toMatchObject({ pathCount: 2, truncated: false });
    expect(new AccessPaths(given).lapsed(5)).toMatchObject({ count: 1n, paths: [{ effective: false }] });
  });

  it('are as many as a number says up to the largest that is exact', () => {
    const largest = BigInt(Number.MAX_SAFE_INTEGER);
    expect([largest, largest + 1n, 2n ** 200n].map(countOf)).toEqual(Array(3).fill(9007199254740991));
    expect(countOf(largest - 1n)).toBe(9007199254740990);
  });
});
