import type { ApiAnswer } from '../support/api.js';
import { assign, metaOf, nest, refusal, wrongValue } from '../support/assignment-steps.js';
import { difference, pairsIn, pairsNow, storedAccess } from '../support/dry-run-steps.js';
import type { TestTenant } from '../support/tenant.js';
import { tenantsWithCheckedSets } from '../support/user-sets.js';
import { EXPIRED, SCHEDULED, UNBOUND, VALID } from '../support/validity-steps.js';

const newTenant = tenantsWithCheckedSets();

const KINDS = ['an assignment of a user', 'an assignment of a group', 'a membership'] as const;

interface World {
  readonly tenant: TestTenant;
  /** Where the bounds of each kind are changed, and what hangs on it. */
  readonly of: Readonly<Record<(typeof KINDS)[number], { readonly url: string; readonly pairs: readonly string[] }>>;
  readonly access: () => Promise<string[]>;
}

/**
 * Team, inside of Staff, holds ada, bob, cid and the suspended sue. Crm is given to dan, Mail to Team and to cid, Wiki to Staff and
 * to bob. What is looked at is dan's Crm, Team's Mail, and ada's membership.
 */
async function world(): Promise<World> {
  const tenant = await newTenant();
  const [ada, bob, cid] = [await tenant.user('ada'), await tenant.user('bob'), await tenant.user('cid')];
  const [dan, sue] = [await tenant.user('dan'), await tenant.user('sue', { status: 'suspended' })];
  const [team, staff] = [await tenant.group('Team', [ada, bob, cid, sue]), await tenant.group('Staff')];
  await nest(tenant, staff, team);
  const applications = {
    Crm: await tenant.application('Crm'),
    Mail: await tenant.application('Mail'),
    Wiki: await tenant.application('Wiki'),
  };
  const { Crm, Mail, Wiki } = applications;
  await assign(tenant, 'user', dan, Crm);
  await assign(tenant, 'group', team, Mail);
  await assign(tenant, 'user', cid, Mail);
  await assign(tenant, 'group', staff, Wiki);
  await assign(tenant, 'user', bob, Wiki);
  const of: World['of'] = {
    'an assignment of a user': { url: `users/${dan}/applications/${Crm}`, pairs: ['dan Crm'] },
    'an assignment of a group': { url: `groups/${team}/applications/${Mail}`, pairs: ['ada Mail', 'bob Mail'] },
    'a membership': { url: `groups/${team}/members/${ada}`, pairs: ['ada Mail', 'ada Wiki'] },
  };
  return { tenant, of, access: () => pairsNow(tenant, applications) };
}

type Method = 'put' | 'patch';
type Change = readonly [what: string, was: object, Method, body: object | undefined];

const FROM_NEVER = { valid_from: SCHEDULED.valid_from };

const LOSING: readonly Change[] = [
  ['an end in the past', UNBOUND, 'patch', { valid_until: EXPIRED.valid_until }],
  ['an end in the past, of what ends', VALID, 'patch', { valid_from: null, valid_until: EXPIRED.valid_until }],
  ['a beginning in the future', UNBOUND, 'patch', FROM_NEVER],
  ['bounds in the past', UNBOUND, 'put', EXPIRED],
  ['bounds in the future, of what ends', VALID, 'put', SCHEDULED],
];

const GAINING: readonly Change[] = [
  ['no end any more, after it', EXPIRED, 'patch', { valid_until: null }],
  ['an end put off, after it', EXPIRED, 'patch', { valid_until: VALID.valid_until }],
  ['no bounds, after their end', EXPIRED, 'put', {}],
  ['no word of bounds, after their end', EXPIRED, 'put', undefined],
  ['no beginning any more, before it', SCHEDULED, 'patch', { valid_from: null }],
  ['a beginning in the past, before it', SCHEDULED, 'patch', { valid_from: VALID.valid_from }],
];

const NEITHER: readonly Change[] = [
  ['bounds that hold', UNBOUND, 'put', VALID],
  ['no bounds, while they hold', VALID, 'put', {}],
  ['an end in the past, before the beginning', SCHEDULED, 'put', EXPIRED],
  ['a beginning in the future, after the end', EXPIRED, 'put', SCHEDULED],
  ['no word of bounds, before the beginning', SCHEDULED, 'put', undefined],
  ['nothing', EXPIRED, 'patch', {}],
];

describe.each(KINDS)('a dry run of other bounds for %s', (kind) => {
  /** Sets the first bounds, runs the change dry, which must write nothing, and then really; all three must say the same. */
  async function expectChange([, was, method, body]: Change, side: 'gained' | 'lost' | null): Promise<void> {
    const { tenant, of, access } = await world();
    const { pairs } = of[kind];
    const url = `${tenant.path}/${of[kind].url}`;
    expect((await tenant.api.patch(url, was)).status).toBe(200);
    const [before, had] = [await storedAccess(tenant), await access()];
    const wanted = { gained: side === 'gained' ? pairs : [], lost: side === 'lost' ? pairs : [] };
    const dry = await tenant.api[method](`${url}?dry_run=true`, body);
    const shown = (items: readonly string[]): object => {
      return { count: items.length, items: expect.any(Array), next_cursor: null };
    };
    const data = { dry_run: true, gained: shown(wanted.gained), lost: shown(wanted.lost) };
    expect([dry.status, dry.body]).toEqual([200, { data, meta: metaOf(dry) }]);
    const { gained, lost } = dry.body.data;
    expect({ gained: pairsIn(gained), lost: pairsIn(lost) }).toEqual(wanted);
    expect(await storedAccess(tenant)).toEqual(before);
    expect((await tenant.api[method](url, body)).status).toBeLessThan(300);
    expect(difference(had, await access())).toEqual(wanted);
  }

  it.each(LOSING)('says who would lose by %s (%j, %s %j)', async (...change) => {
    await expectChange(change, 'lost');
  });

  it.each(GAINING)('says who would gain by %s (%j, %s %j)', async (...change) => {
    await expectChange(change, 'gained');
  });

  it.each(NEITHER)('says that nobody would gain or lose by %s (%j, %s %j)', async (...change) => {
    await expectChange(change, null);
  });

  it('is refused as the real thing is, and writes nothing', async () => {
    const { tenant, of } = await world();
    const url = `${tenant.path}/${of[kind].url}`;
    await tenant.api.patch(url, VALID);
    const before = await storedAccess(tenant);
    const refused: [Method, object, string, string][] = [
      ['patch', FROM_NEVER, 'valid_from', 'before_valid_until'],
      ['patch', { valid_until: EXPIRED.valid_until }, 'valid_until', 'after_valid_from'],
      ['put', { ...SCHEDULED, valid_until: EXPIRED.valid_until }, 'valid_until', 'after_valid_from'],
      ['put', { valid_until: 'yesterday' }, 'valid_until', 'date_time'],
    ];
    for (const [method, body, field, type] of refused) {
      for (const query of ['?dry_run=true', '']) {
        const answer: ApiAnswer = await tenant.api[method](url + query, body);
        expect([answer.status, answer.body]).toEqual([422, wrongValue(answer, ['body', field], type)]);
      }
    }
    const nobody = url.replace(/[^/]+$/, tenant.id);
    const real = await tenant.api.patch(nobody, UNBOUND);
    const dry = await tenant.api.patch(`${nobody}?dry_run=true`, UNBOUND);
    expect([dry.status, real.status]).toEqual([404, 404]);
    expect(dry.body).toEqual(refusal(dry, real.body.code, real.body.detail));
    expect(await storedAccess(tenant)).toEqual(before);
  });
});
