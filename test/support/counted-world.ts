import { platformApi, type Api } from './api.js';
import { giveRole, newRole } from './role-steps.js';
import { assign, newRole as newScopedRole } from './scoped-role-steps.js';
import { newTenant, type TestTenant } from './tenant.js';
import { workerState } from './test-state.js';

/** A tenant where every list that a route reads or changes has `size` rows. */
export interface World {
  readonly size: number;
  readonly platform: Api;
  readonly tenant: TestTenant;
  /** In the group `full`, directly; the first holds all groups and applications as well. */
  readonly users: readonly string[];
  /** All inside of `full`. */
  readonly groups: readonly string[];
  readonly full: string;
  /** All assigned to the first user and to `full`. */
  readonly applications: readonly string[];
  /** Of the first application, all with the permission `read`, held by the first user, `full` and all applications. */
  readonly applicationRoles: readonly string[];
  /** Held by all users. */
  readonly roleOfAll: string;
  readonly clients: readonly string[];
  /** Of the organization; the first is held by all users and teams. */
  readonly roles: readonly string[];
  readonly workspaces: readonly string[];
  /** All of the first workspace. */
  readonly projects: readonly string[];
  /** Made and assigned to nobody, as many. */
  readonly spareUsers: readonly string[];
  readonly spareApplications: readonly string[];
  readonly spareGroup: string;
  /** All failed. */
  readonly imports: readonly string[];
  readonly waiting: string;
}

/** Makes some things at once. */
export const all = <Item>(size: number, make: (at: number) => Promise<Item>): Promise<Item[]> =>
  Promise.all(Array.from({ length: size }, (_, at) => make(at)));

/** A file of users whose names begin with this. */
export function csvFile(size: number, prefix: string): { raw: string; headers: Record<string, string> } {
  const names = Array.from({ length: size }, (_, at) => `${prefix}${at}`);
  return { raw: ['user_name', ...names].join('\n'), headers: { 'content-type': 'text/csv' } };
}

/** Makes such a tenant, at the service of this worker or at `url`. */
export async function worldOf(size: number, url = workerState().url): Promise<World> {
  const [platform, tenant] = [await platformApi(url), await newTenant(url)];
  const { api, path } = tenant;
  const users = await all(size, () => tenant.user());
  const spareUsers = await all(size, () => tenant.user());
  const full = await tenant.group('full', users);
  const groups = await all(size, () => tenant.group());
  await all(size, (at) => api.put(`${path}/groups/${full}/groups/${groups[at]}`));
  await all(size, (at) => api.put(`${path}/groups/${groups[at]}/members/${users[0]}`));
  const applications = await all(size, () => tenant.application());
  const spareApplications = await all(size, () => tenant.application());
  for (const holder of [`users/${users[0]}`, `groups/${full}`]) {
    await api.post(`${path}/${holder}/applications/bulk`, { application_ids: applications });
  }
  await all(size - 1, (at) => api.put(`${path}/users/${users[at + 1]}/applications/${applications[0]}`));
  const [app = ''] = applications;
  const applicationRoles = await all(size, (at) => newRole(api, app, `role ${at}`, ['read', 'write']));
  const roleOfAll = await newRole(api, app, 'all', ['*']);
  await all(size, async (at) => {
    await giveRole(api, { app, role: applicationRoles[at] ?? '' }, 'User', ...users.slice(0, 1));
    await giveRole(api, { app, role: applicationRoles[at] ?? '' }, 'Group', full);
    await giveRole(api, { app, role: applicationRoles[at] ?? '' }, 'Application', ...applications);
  });
  await giveRole(api, { app, role: roleOfAll }, 'User', ...users);
  const workspaces = await all(size, () => tenant.workspace());
  const projects = await all(size, () => tenant.project(workspaces[0]!));
  const roles = await all(size, () => newScopedRole(tenant, 'organization'));
  // Another one, so that the first is nobody's last one.
  const another = await newScopedRole(tenant, 'organization');
  for (const held of [roles[0]!, another]) {
    await all(size, (at) => assign(api, held, { user_id: users[at]! }));
    await all(size, (at) => assign(api, held, { team_id: groups[at]! }));
  }
  const clients = await all(size, async () => {
    const made = await api.post(`${path}/api-clients`, { name: 'Counted', scopes: ['directory:read'] });
    return (made.body as { data: { id: string } }).data.id;
  });
  await all(size, (at) =>
    platform.post('/api/v1/tenants', { slug: `q-${tenant.id.slice(-12)}-${at}`, name: 'Counted' }),
  );
  const spareGroup = await tenant.group();
  const announce = async (): Promise<string> => {
    const made = await api.post(`${path}/imports`, { kind: 'users' });
    return (made.body as { data: { id: string } }).data.id;
  };
  const imports = await all(size, announce);
  // Each has as many bad lines.
  for (const each of imports) await api.put(`${path}/imports/${each}/content`, undefined, csvFile(size, ' '));
  return {
    imports,
    waiting: await announce(),
    size,
    platform,
    tenant,
    users,
    groups,
    full,
    applications,
    applicationRoles,
    roleOfAll,
    clients,
    roles,
    workspaces,
    projects,
    spareUsers,
    spareApplications,
    spareGroup,
  };
}
