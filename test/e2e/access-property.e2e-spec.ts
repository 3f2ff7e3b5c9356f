import { ALWAYS, AccessModel, type ApplicationLine, type EffectiveLine } from '../support/access-model.js';
import type { ApiAnswer } from '../support/api.js';
import { OPERATIONS, type ModelledTenant } from '../support/access-operations/index.js';
import { command } from '../support/command-line.js';
import { Random } from '../support/random.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import { workerState } from '../support/test-state.js';
import { expectSetsTrue } from '../support/user-sets.js';

/** MODEL_SEED repeats a run. */
const SEED = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
/** Tenants that live side by side, each in an order of its own, and the operations of each. */
const TENANTS = 4;
/** Some two thousand operations in the runs on both engines; MODEL_STEPS=2500 makes ten thousand in one. */
const STEPS = Number(process.env.MODEL_STEPS ?? 260);
/** After so many operations everything is compared. */
const ALL_EVERY = 50;

// Some seconds alone, and many times that where others use the machine.
import.meta.jest.setTimeout(300_000);

interface EffectiveRow {
  readonly user_id: string;
  readonly assignment_type: 'direct' | 'group';
  readonly assigned_via: string | null;
}

async function effectiveUsers(
  tenant: TestTenant,
  application: string,
  status: 'active' | 'any',
): Promise<{ lines: EffectiveLine[]; total: number }> {
  const path = `${tenant.path}/applications/${application}/effective-users?per_page=200&status=${status}`;
  const { body } = await tenant.api.get(path);
  const { data, pagination } = body as { data: EffectiveRow[]; pagination: { total_items: number } };
  const lines = data.map((row): EffectiveLine => [row.user_id, row.assignment_type, row.assigned_via]);
  return { lines, total: pagination.total_items };
}

async function applicationsOf(tenant: TestTenant, user: string): Promise<ApplicationLine[]> {
  const { body } = await tenant.api.get(`${tenant.path}/users/${user}/applications`);
  const { applications, total_count: total } = (
    body as { data: { applications: (EffectiveRow & { application_id: string })[]; total_count: number } }
  ).data;
  expect(total).toBe(applications.length);
  return applications.map((row): ApplicationLine => [row.application_id, row.assignment_type, row.assigned_via]);
}

type Said = Pick<ModelledTenant, 'tenant' | 'model'>;

async function compareApplication({ tenant, model }: Said, application: string, status: 'active' | 'any' = 'active') {
  const lines = model.effective(application, status);
  expect({ application, ...(await effectiveUsers(tenant, application, status)) }).toEqual({
    application,
    lines,
    total: lines.length,
  });
}

async function compareUser({ tenant, model }: Said, user: string): Promise<void> {
  expect({ user, lines: await applicationsOf(tenant, user) }).toEqual({ user, lines: model.applicationsOf(user) });
}

async function compareAll(said: Said): Promise<void> {
  await Promise.all([...said.model.applications.keys()].map((each) => compareApplication(said, each)));
  await Promise.all([...said.model.applications.keys()].map((each) => compareApplication(said, each, 'any')));
  await Promise.all([...said.model.users.keys()].map((each) => compareUser(said, each)));
  await expectSetsTrue(said.tenant.id);
}

/** What the model says of every application and of every user, to see what an operation has changed. */
function sayings(model: AccessModel): { applications: Map<string, string>; users: Map<string, string> } {
  const said = (ids: Iterable<string>, of: (id: string) => unknown): Map<string, string> =>
    new Map([...ids].map((id) => [id, JSON.stringify(of(id))]));
  return {
    applications: said(model.applications.keys(), (id) => model.effective(id)),
    users: said(model.users.keys(), (id) => model.applicationsOf(id)),
  };
}

/** One that has changed, or any one where none has. */
function affected(before: Map<string, string>, after: Map<string, string>, random: Random): string | undefined {
  const changed = [...after.keys()].filter((id) => before.get(id) !== after.get(id));
  if (after.size === 0) return undefined;
  return random.of(changed.length > 0 ? changed : after.keys());
}

async function newModelledTenant(seed: number): Promise<ModelledTenant> {
  let made = 0;
  const [tenant, model, random] = [await newTenant(), new AccessModel(), new Random(seed)];
  return { tenant, model, random, next: () => (made += 1) };
}

/** Runs one operation and compares an application and a user that it concerns. */
async function step(world: ModelledTenant, log: string[]): Promise<void> {
  const { model, random } = world;
  const before = sayings(model);
  const operation = random.weighted(OPERATIONS.filter((each) => each.isPossible(world)));
  const { did, answer, status, body } = await operation.run(world);
  log.push(`${operation.name}: ${did}: ${answer.status}`);
  if (answer.status !== status) {
    throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
  }
  if (body) expect(answer.body).toMatchObject(body);
  const after = sayings(model);
  const application = affected(before.applications, after.applications, random);
  const user = affected(before.users, after.users, random);
  await Promise.all([application && compareApplication(world, application), user && compareUser(world, user)]);
}

async function live(world: ModelledTenant): Promise<void> {
  const log: string[] = [];
  try {
    for (let number = 1; number <= STEPS; number += 1) {
      await step(world, log);
      if (number % ALL_EVERY === 0) await compareAll(world);
    }
    await compareAll(world);
  } catch (error) {
    const last = log.slice(-40).join('\n');
    throw new Error(`After ${log.length} operations: ${(error as Error).message}\nThe last ones:\n${last}`, {
      cause: error,
    });
  }
}

/** The tenants of the tests, for the command at the end. */
const verified: TestTenant[] = [];

/** Fails where the command finds anything in one of the tenants; what other tests have done to theirs is not asked. */
async function expectVerified(tenants: readonly TestTenant[]): Promise<void> {
  const { databaseUrl } = workerState();
  const { lines, errors } = await command('verify', { DATABASE_URL: databaseUrl, PUBLIC_URL: 'https://door.example' });
  expect(errors).toEqual([]);
  for (const { id } of tenants) {
    const [line = 'none'] = lines.filter((each) => each.startsWith(`tenant ${id} `));
    expect(line).toMatch(/; differences: 0$/);
  }
}

describe(`access after any operations (MODEL_SEED=${SEED})`, () => {
  it(`is what a simple model says, after each of ${TENANTS * STEPS}`, async () => {
    const worlds = await Promise.all(Array.from({ length: TENANTS }, (_, index) => newModelledTenant(SEED + index)));
    verified.push(...worlds.map(({ tenant }) => tenant));
    await Promise.all(worlds.map(live));
  });
});

/** A request of the second test: what the model must make of its answer. */
interface Request {
  readonly method: 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly allowed: readonly number[];
  /** What it gives or takes: a membership or an assignment. */
  readonly pair?: string;
}

const WRITERS = 32;
const REQUESTS = 640;

interface Crowd {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly applications: readonly string[];
}

const membership = (group: string, user: string): string => `groups/${group}/members/${user}`;

/** Requests of all kinds that meet: most of them on one group, its members and one application. */
function anyRequest(random: Random, { users, groups, applications }: Crowd): Request {
  const user = random.of(users);
  const group = random.below(4) > 0 ? groups[0]! : random.of(groups);
  const application = random.below(4) > 0 ? applications[0]! : random.of(applications);
  const assignee = random.below(3) > 0 ? `users/${user}` : `groups/${group}`;
  const member = membership(group, user);
  const given = `${assignee}/applications/${application}`;
  const choices: readonly (Request & { weight: number })[] = [
    { weight: 8, method: 'PUT', path: member, pair: member, allowed: [200, 201, 404] },
    { weight: 8, method: 'DELETE', path: member, pair: member, allowed: [204, 404] },
    {
      weight: 4,
      method: 'POST',
      path: `groups/${group}/members`,
      body: { user_ids: random.some(users, 12) },
      allowed: [200, 404],
    },
    { weight: 4, method: 'PUT', path: given, pair: given, allowed: [200, 201, 404] },
    { weight: 4, method: 'DELETE', path: given, pair: given, allowed: [204, 404] },
    {
      weight: 6,
      method: 'PATCH',
      path: `users/${user}`,
      body: { status: random.of(['active', 'suspended']) },
      allowed: [200, 404],
    },
    { weight: 1, method: 'DELETE', path: `users/${user}`, allowed: [204, 404] },
  ];
  return random.weighted(choices);
}

/** What the answers have said: how often each pair came and went, the last status of each user, who is gone. */
class Ledger {
  readonly balance = new Map<string, number>();
  readonly status = new Map<string, { version: number; status: 'active' | 'suspended' }>();
  readonly gone = new Set<string>();

  note({ method, path, pair }: Request, { status, body, headers }: ApiAnswer): void {
    const { data } = (body ?? {}) as { data: { id: string; status: 'active' | 'suspended'; added: string[] } };
    if (pair !== undefined && status === 201) this.#count(pair, 1);
    if (pair !== undefined && status === 204) this.#count(pair, -1);
    if (method === 'POST' && status === 200) for (const user of data.added) this.#count(`${path}/${user}`, 1);
    if (method === 'PATCH' && status === 200) {
      const version = Number(headers.get('etag')?.replaceAll('"', ''));
      if (!((this.status.get(data.id)?.version ?? 0) > version)) this.status.set(data.id, { ...data, version });
    }
    if (method === 'DELETE' && pair === undefined && status === 204) this.gone.add(path.split('/')[1]!);
  }

  #count(pair: string, by: number): void {
    this.balance.set(pair, (this.balance.get(pair) ?? 0) + by);
  }
}

/** The model of what the answers said. The order of the assignments, which no answer tells, is the one that is stored. */
async function modelOf(tenant: TestTenant, crowd: Crowd, ledger: Ledger): Promise<AccessModel> {
  const model = new AccessModel();
  const left = crowd.users.filter((user) => !ledger.gone.has(user));
  for (const user of left) model.users.set(user, ledger.status.get(user)?.status ?? 'active');
  for (const group of crowd.groups) model.groups.set(group, new Map());
  for (const application of crowd.applications) model.applications.set(application, 'active');
  for (const [pair, balance] of ledger.balance) {
    const [kind, holder = '', what, other = ''] = pair.split('/');
    if (ledger.gone.has(holder) || ledger.gone.has(other)) continue;
    expect({ pair, balance: [0, 1].includes(balance) ? 'possible' : balance }).toEqual({ pair, balance: 'possible' });
    if (balance === 0) continue;
    if (what === 'members') model.groups.get(holder)!.set(other, ALWAYS);
    else model.assign(kind === 'users' ? 'user' : 'group', holder, other);
  }
  const stored = await sql<{ key: string }>(
    `SELECT application_id || ' ' || coalesce(user_id, group_id) AS key FROM assignments WHERE tenant_id = $1 ORDER BY assigned_at, id`,
    [tenant.id],
  );
  const order = new Map(stored.map(({ key }, place) => [key, place]));
  model.reorder(({ application, assignee }) => order.get(`${application} ${assignee}`) ?? -1);
  return model;
}

describe(`access under many hands (MODEL_SEED=${SEED})`, () => {
  it(`is what the answers to ${REQUESTS} requests of ${WRITERS} writers say, and none of them fails`, async () => {
    const tenant = await newTenant();
    const random = new Random(SEED);
    const crowd: Crowd = {
      users: await Promise.all(Array.from({ length: 40 }, () => tenant.user())),
      groups: await Promise.all(Array.from({ length: 3 }, () => tenant.group())),
      applications: await Promise.all(Array.from({ length: 2 }, () => tenant.application())),
    };
    const ledger = new Ledger();
    const requests = Array.from({ length: REQUESTS }, () => anyRequest(random, crowd));
    const refused: object[] = [];
    const write = async (): Promise<void> => {
      for (let request = requests.pop(); request; request = requests.pop()) {
        const { method, path, body } = request;
        const answer = await tenant.api.call(method, `${tenant.path}/${path}`, { body });
        if (!request.allowed.includes(answer.status)) refused.push({ method, path, answer });
        ledger.note(request, answer);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    expect(refused).toEqual([]);
    // Made at the same moment, they have no order that the answers tell: that of the list is taken.
    const created = await tenant.api.get(`${tenant.path}/users?per_page=200`);
    const ordinals = await sql<{ id: string }>(`SELECT id FROM users WHERE tenant_id = $1 ORDER BY ordinal`, [
      tenant.id,
    ]);
    expect((created.body.data as { id: string }[]).map(({ id }) => id).sort()).toEqual(
      ordinals.map(({ id }) => id).sort(),
    );
    const users = [...ordinals.map(({ id }) => id), ...crowd.users.filter((id) => ledger.gone.has(id))];
    expect([...users].sort()).toEqual([...crowd.users].sort());
    await compareAll({ tenant, model: await modelOf(tenant, { ...crowd, users }, ledger) });
    verified.push(tenant);
  });
});

describe('what the tests above have left', () => {
  it('is found right by the command, too', async () => {
    expect(verified).toHaveLength(TENANTS + 1);
    await expectVerified(verified);
  });
});
