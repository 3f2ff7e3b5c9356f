import type { INestApplicationContext } from '@nestjs/common';
import { expandScopes } from '../kernel/access-scopes.js';
import { DomainError } from '../kernel/domain-error.js';
import { PlatformScope, SYSTEM_ACTOR, TenantScope } from '../kernel/scope.js';
import { ApiClientsService, ClientDirectory, isSecret } from '../modules/api-clients/index.js';
import { ApplicationsService } from '../modules/applications/index.js';
import { AssignmentsService, group, user } from '../modules/assignments/index.js';
import { GroupsService, MembersService, NestingsService } from '../modules/groups/index.js';
import { TenantsService } from '../modules/tenants/index.js';
import { UsersService } from '../modules/users/index.js';
import { UnitOfWork } from '../persistence/unit-of-work.js';
import { DEMO_APPLICATIONS, DEMO_GROUPS, DEMO_ON_CALL, DEMO_PEOPLE } from './demo-content.js';

/** What a newcomer needs to try the demo tenant. */
export interface DemoTenant {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** An application with many users, and one with a user who does not have it yet. */
  readonly applicationId: string;
  readonly userId: string;
  readonly newApplicationId: string;
}

const SLUG = 'demo';
const REQUEST = 'demo-data';

type IdsByName = ReadonlyMap<string, string>;

/**
 * Makes the demo tenant in one transaction, where there is no tenant at all; answers null where there is one. `keep` is
 * called before the commit: a secret that nobody knows would be worse than one for nothing.
 */
export async function createDemoTenant(
  app: INestApplicationContext,
  keep: (demo: DemoTenant) => Promise<void>,
): Promise<DemoTenant | null> {
  const platform = new PlatformScope(SYSTEM_ACTOR, REQUEST);
  const tenants = app.get(TenantsService);
  if (!(await tenants.isEmpty(platform))) return null;
  const unitOfWork = app.get(UnitOfWork);
  try {
    return await unitOfWork.run(platform, async () => {
      const tenant = await tenants.create(platform, { slug: SLUG, name: 'Demo company' });
      const scope = new TenantScope(tenant.id, SYSTEM_ACTOR, REQUEST);
      const demo = await unitOfWork.runInside(platform, scope, () => fill(app, scope));
      await keep(demo);
      return demo;
    });
  } catch (error) {
    // Another instance that started at the same moment made it.
    if (error instanceof DomainError && error.code === 'slug_taken') return null;
    throw error;
  }
}

/** Whether the client of the demo tenant still has this secret; somebody may have rotated, revoked or deleted it. */
export async function isStillThere(app: INestApplicationContext, demo: DemoTenant): Promise<boolean> {
  const client = await app.get(ClientDirectory).find(demo.clientId);
  if (client?.status !== 'active') return false;
  return isSecret(demo.clientSecret, { salt: client.secretSalt, hash: client.secretHash });
}

async function fill(app: INestApplicationContext, scope: TenantScope): Promise<DemoTenant> {
  const people = await createPeople(app, scope);
  const groups = await createGroups(app, scope, people);
  const applications = await createApplications(app, scope, groups, people);
  const allScopes = expandScopes(['tenantadmin']);
  const { client, secret } = await app
    .get(ApiClientsService)
    .create(scope, allScopes, { name: 'Demo client', scopes: ['tenantadmin'] });
  return {
    tenantId: scope.tenantId,
    clientId: client.clientId,
    clientSecret: secret,
    applicationId: idOf(applications, 'Source control'),
    userId: idOf(people, 'barbara.lovelace'),
    newApplicationId: idOf(applications, 'Admin console'),
  };
}

async function createPeople(app: INestApplicationContext, scope: TenantScope): Promise<IdsByName> {
  const users = app.get(UsersService);
  const ids = new Map<string, string>();
  for (const person of DEMO_PEOPLE) {
    const [given, family] = person.displayName.split(' ');
    const made = await users.create(scope, {
      user_name: person.userName,
      display_name: person.displayName,
      given_name: given ?? null,
      family_name: family ?? null,
      email: `${person.userName}@demo.example`,
      status: person.isSuspended ? 'suspended' : 'active',
      attributes: { department: person.department },
    });
    ids.set(person.userName, made.id);
  }
  return ids;
}

async function createGroups(app: INestApplicationContext, scope: TenantScope, people: IdsByName): Promise<IdsByName> {
  const ids = new Map<string, string>();
  for (const [name, { description }] of Object.entries(DEMO_GROUPS)) {
    const made = await app.get(GroupsService).create(scope, { name, description });
    ids.set(name, made.id);
  }
  for (const [name, { inside }] of Object.entries(DEMO_GROUPS)) {
    for (const child of inside) await app.get(NestingsService).put(scope, idOf(ids, name), idOf(ids, child));
    const members = DEMO_PEOPLE.filter((person) => person.department === name).map((person) => person.userName);
    const all = name === 'On call' ? DEMO_ON_CALL : members;
    if (all.length === 0) continue;
    const userIds = all.map((userName) => idOf(people, userName));
    await app.get(MembersService).add(scope, idOf(ids, name), userIds);
  }
  return ids;
}

async function createApplications(
  app: INestApplicationContext,
  scope: TenantScope,
  groups: IdsByName,
  people: IdsByName,
): Promise<IdsByName> {
  const assignments = app.get(AssignmentsService);
  const ids = new Map<string, string>();
  for (const each of DEMO_APPLICATIONS) {
    const made = await app.get(ApplicationsService).create(scope, {
      name: each.name,
      client_id: each.clientId,
      type: each.type,
      description: each.description,
      status: each.isDisabled ? 'disabled' : 'active',
    });
    ids.set(each.name, made.id);
    for (const name of each.groups) await assignments.assign(scope, group(idOf(groups, name)), made.id);
    for (const name of each.people) await assignments.assign(scope, user(idOf(people, name)), made.id);
  }
  return ids;
}

function idOf(ids: IdsByName, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`The demo data names "${name}", which it does not make.`);
  return id;
}
