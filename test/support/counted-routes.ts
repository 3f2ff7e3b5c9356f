import type { ApiAnswer } from './api.js';
import { ENTITLEMENT_CHANGES, ENTITLEMENT_READS } from './counted-entitlement-routes.js';
import { csvFile, type World } from './counted-world.js';
import { assign, holders, revoke } from './scoped-role-steps.js';

type Call = (world: World) => Promise<ApiAnswer>;

const T = '/api/v1/tenants/{tenant_id}';

const get =
  (url: (world: World) => string): Call =>
  (world) =>
    world.tenant.api.get(world.tenant.path + url(world));
const post =
  (url: (world: World) => string, body?: (world: World) => object): Call =>
  (world) =>
    world.tenant.api.post(world.tenant.path + url(world), body?.(world));
const put =
  (url: (world: World) => string): Call =>
  (world) =>
    world.tenant.api.put(world.tenant.path + url(world));
const patch =
  (url: (world: World) => string, body: object): Call =>
  (world) =>
    world.tenant.api.patch(world.tenant.path + url(world), body);
const remove =
  (url: (world: World) => string): Call =>
  (world) =>
    world.tenant.api.delete(world.tenant.path + url(world));

/** Bounds of what holds for a time. */
export const LATER = { valid_until: '2999-01-01T00:00:00Z' };

const user = ({ users }: World): string => `/users/${users[0]}`;
const group = ({ full }: World): string => `/groups/${full}`;
const application = ({ applications }: World): string => `/applications/${applications[0]}`;
const importOf = ({ imports }: World): string => `/imports/${imports[0]}`;
const workspace = ({ workspaces }: World): string => `/workspaces/${workspaces[0]}`;
const project = ({ workspaces, projects }: World): string => `/workspaces/${workspaces[0]}/projects/${projects[0]}`;
const rolesOf = ({ applications }: World): string => `/v1/applications/${applications[0]}/roles`;
const roleOf = (world: World): string => `${rolesOf(world)}/${world.applicationRoles[0]}`;
const role = ({ roles }: World): string => `/roles/${roles[0]}`;
const resources = ({ applications }: World): string[] => applications.map((id) => `application:${id}`);
const client = ({ clients }: World): string => `/api-clients/${clients[0]}`;

/**
 * Every route of the service, in an order in which none takes away what a later one needs, with the most statements
 * that it may send. A transaction costs its start and COMMIT beside its work; a read is one statement.
 */
export const ROUTES: readonly (readonly [route: string, most: number, call: Call])[] = [
  ['GET /api/v1/tenants', 1, ({ platform, size }) => platform.get(`/api/v1/tenants?per_page=${size}`)],
  [`GET ${T}`, 1, ({ platform, tenant }) => platform.get(tenant.path)],
  ['GET /api/v1/audit-events', 1, ({ platform, size }) => platform.get(`/api/v1/audit-events?per_page=${size}`)],
  [`GET ${T}/audit-events`, 1, get(() => '/audit-events?per_page=200')],
  [`GET ${T}/users`, 1, get(() => '/users?per_page=200')],
  [`GET ${T}/users/{user_id}`, 1, get(user)],
  [`GET ${T}/users/{user_id}/groups`, 2, get((world) => `${user(world)}/groups?per_page=200`)],
  [`GET ${T}/users/{user_id}/applications`, 1, get((world) => `${user(world)}/applications`)],
  [
    `GET ${T}/users/{user_id}/applications/{application_id}/access`,
    1,
    get((world) => `${user(world)}${application(world)}/access`),
  ],
  [`GET ${T}/users/{user_id}/access`, 1, get((world) => `${user(world)}/access?per_page=200`)],
  [
    `POST ${T}/access/check`,
    1,
    post(
      () => '/access/check',
      ({ users, applications }) => ({
        checks: users.map((user_id, at) => ({ user_id, application_id: applications[at] })),
      }),
    ),
  ],
  [`GET ${T}/groups`, 1, get(() => '/groups?per_page=200')],
  [`GET ${T}/groups/{group_id}`, 1, get(group)],
  [`GET ${T}/groups/{group_id}/members`, 2, get((world) => `${group(world)}/members?transitive=true&per_page=200`)],
  [`GET ${T}/groups/{group_id}/members/{user_id}`, 1, get((world) => `${group(world)}/members/${world.users[0]}`)],
  [`GET ${T}/groups/{group_id}/groups`, 2, get((world) => `${group(world)}/groups?per_page=200`)],
  [`GET ${T}/groups/{group_id}/applications`, 1, get((world) => `${group(world)}/applications`)],
  [`GET ${T}/applications`, 1, get(() => '/applications?per_page=200')],
  [`GET ${T}/applications/{application_id}`, 1, get(application)],
  [`GET ${T}/applications/{application_id}/assignees`, 1, get((world) => `${application(world)}/assignees`)],
  [
    `GET ${T}/applications/{application_id}/assignments`,
    2,
    get((world) => `${application(world)}/assignments?per_page=200`),
  ],
  [
    `GET ${T}/users/{user_id}/applications/{application_id}`,
    1,
    get(({ users, applications }) => `/users/${users[0]}/applications/${applications[0]}`),
  ],
  [
    `GET ${T}/groups/{group_id}/applications/{application_id}`,
    1,
    get(({ full, applications }) => `/groups/${full}/applications/${applications[0]}`),
  ],
  [
    `GET ${T}/applications/{application_id}/effective-users`,
    2,
    get((world) => `${application(world)}/effective-users?per_page=200`),
  ],
  ...['users', 'groups', 'memberships', 'nestings', 'applications', 'assignments'].map(
    (kind) => [`GET ${T}/exports/${kind}`, 1, get(() => `/exports/${kind}`)] as const,
  ),
  [`GET ${T}/imports`, 1, get(() => '/imports?per_page=200')],
  [`GET ${T}/imports/{import_id}`, 1, get(importOf)],
  [`GET ${T}/imports/{import_id}/errors`, 2, get((world) => `${importOf(world)}/errors?per_page=200`)],
  ['GET /v1/applications/{app_id}/roles', 1, (world) => world.tenant.api.get(rolesOf(world))],
  ['GET /v1/applications/{app_id}/roles/{role_id}', 1, (world) => world.tenant.api.get(roleOf(world))],
  [
    `GET ${T}/applications/{application_id}/roles/{role_id}/assignments`,
    2,
    get((world) => `${application(world)}/roles/${world.roleOfAll}/assignments?per_page=200`),
  ],
  [`GET ${T}/users/{user_id}/roles`, 1, get((world) => `${user(world)}/roles?per_page=200`)],
  [
    `GET ${T}/users/{user_id}/applications/{application_id}/permissions`,
    1,
    get((world) => `${user(world)}${application(world)}/permissions`),
  ],
  [
    `GET ${T}/applications/{application_id}/permissions/holders`,
    2,
    get((world) => `${application(world)}/permissions/holders?permission=read&per_page=200`),
  ],
  [
    `GET ${T}/permissions/check`,
    1,
    get((world) => `/permissions/check?user_id=${world.users[0]}&action=x&resources=${resources(world).join(',')}`),
  ],
  [
    `POST ${T}/permissions/check`,
    1,
    post(
      () => '/permissions/check',
      (world) => ({ user_id: world.users[0], action: 'x', resources: resources(world), explain: true }),
    ),
  ],
  [`GET ${T}/workspaces`, 1, get(() => '/workspaces?per_page=200')],
  [`GET ${T}/workspaces/{workspace_id}`, 1, get(workspace)],
  [`GET ${T}/workspaces/{workspace_id}/projects`, 2, get((world) => `${workspace(world)}/projects?per_page=200`)],
  [`GET ${T}/workspaces/{workspace_id}/projects/{project_id}`, 1, get(project)],
  [`GET ${T}/roles`, 1, get(() => '/roles?per_page=200')],
  [`GET ${T}/roles/{role_id}`, 1, get(role)],
  ['GET /roles/{role_id}/assignments', 2, (world) => holders(world.tenant.api, world.roles[0]!)],
  ...ENTITLEMENT_READS,
  [`GET ${T}/api-clients`, 1, get(() => '/api-clients?per_page=200')],
  [`GET ${T}/api-clients/{api_client_id}`, 1, get(client)],

  [
    'POST /api/v1/tenants',
    5,
    ({ platform, tenant }) => platform.post('/api/v1/tenants', { slug: `q-${tenant.id.slice(-12)}`, name: 'One more' }),
  ],
  [
    `POST ${T}/users`,
    7,
    post(
      () => '/users',
      () => ({ user_name: 'one more' }),
    ),
  ],
  [
    `POST ${T}/groups`,
    9,
    post(
      () => '/groups',
      () => ({ name: 'one more', kind: 'dynamic', rule: 'active eq true' }),
    ),
  ],
  [
    `POST ${T}/groups/preview`,
    2,
    post(
      () => '/groups/preview',
      () => ({ rule: 'active eq true' }),
    ),
  ],
  [
    `POST ${T}/applications`,
    4,
    post(
      () => '/applications',
      () => ({ name: 'one more' }),
    ),
  ],
  [
    'POST /v1/applications/{app_id}/roles',
    4,
    (world) => world.tenant.api.post(rolesOf(world), { role_name: 'one more' }),
  ],
  [
    'POST /v1/applications/{app_id}/roles/{role_id}/assignments',
    2,
    (world) =>
      world.tenant.api.post(`${roleOf(world)}/assignments`, { entity_ids: world.spareUsers, entity_type: 'User' }),
  ],
  [
    `POST ${T}/workspaces`,
    4,
    post(
      () => '/workspaces',
      () => ({ name: 'one more' }),
    ),
  ],
  [
    `POST ${T}/workspaces/{workspace_id}/projects`,
    4,
    post(
      (world) => `${workspace(world)}/projects`,
      () => ({ name: 'one more' }),
    ),
  ],
  [
    `POST ${T}/roles`,
    4,
    post(
      () => '/roles',
      () => ({ name: 'one more', level: 'project' }),
    ),
  ],
  [
    'POST /roles/{role_id}/assignments',
    2,
    ({ tenant, roles, spareGroup }) => assign(tenant.api, roles[0]!, { team_id: spareGroup }),
  ],
  [
    `POST ${T}/api-clients`,
    5,
    post(
      () => '/api-clients',
      () => ({ name: 'one more', scopes: ['directory:read'] }),
    ),
  ],
  [
    `POST ${T}/imports`,
    1,
    post(
      () => '/imports',
      () => ({ kind: 'users' }),
    ),
  ],
  [
    `POST ${T}/groups/{group_id}/members`,
    1,
    post(
      (world) => `${group(world)}/members`,
      ({ spareUsers }) => ({ user_ids: spareUsers }),
    ),
  ],
  [
    `POST ${T}/users/{user_id}/applications`,
    1,
    post(
      ({ spareUsers }) => `/users/${spareUsers[0]}/applications`,
      ({ applications }) => ({ application_id: applications[0] }),
    ),
  ],
  [
    `POST ${T}/groups/{group_id}/applications`,
    1,
    post(
      ({ groups }) => `/groups/${groups[0]}/applications`,
      ({ applications }) => ({ application_id: applications[0] }),
    ),
  ],
  [
    `POST ${T}/users/{user_id}/applications/bulk`,
    1,
    post(
      (world) => `${user(world)}/applications/bulk`,
      ({ spareApplications }) => ({ application_ids: spareApplications }),
    ),
  ],
  [
    `POST ${T}/groups/{group_id}/applications/bulk`,
    1,
    post(
      (world) => `${group(world)}/applications/bulk`,
      ({ spareApplications }) => ({ application_ids: spareApplications }),
    ),
  ],
  [
    `POST ${T}/applications/{application_id}/assignments/bulk`,
    9,
    post(
      ({ spareApplications }) => `/applications/${spareApplications[0]}/assignments/bulk`,
      ({ users, groups, spareUsers, spareGroup }) => ({
        atomic: false,
        operations: [
          ...spareUsers.map((id) => ({ op: 'add', user_id: id })),
          ...groups.map((id) => ({ op: 'add', group_id: id })),
          ...users.map((id) => ({ op: 'remove', user_id: id })),
          { op: 'remove', group_id: spareGroup },
        ],
      }),
    ),
  ],
  ...ENTITLEMENT_CHANGES,
  [`POST ${T}/api-clients/{api_client_id}/rotate`, 6, post((world) => `${client(world)}/rotate`)],
  [`POST ${T}/api-clients/{api_client_id}/revoke`, 6, post((world) => `${client(world)}/revoke`)],

  [
    `PUT ${T}/users/{user_id}/applications/{application_id}`,
    1,
    put(({ spareUsers, spareApplications }) => `/users/${spareUsers[0]}/applications/${spareApplications[0]}`),
  ],
  [
    `PUT ${T}/groups/{group_id}/applications/{application_id}`,
    1,
    put(({ spareGroup, spareApplications }) => `/groups/${spareGroup}/applications/${spareApplications[0]}`),
  ],
  [
    `PUT ${T}/groups/{group_id}/members/{user_id}`,
    1,
    put(({ spareGroup, spareUsers }) => `/groups/${spareGroup}/members/${spareUsers[0]}`),
  ],
  [
    `PUT ${T}/owner`,
    9,
    ({ tenant: { api, path }, spareUsers }) => api.put(`${path}/owner`, { user_id: spareUsers[0] }),
  ],
  [`GET ${T}/owner`, 1, get(() => '/owner')],
  [
    `PUT ${T}/groups/{group_id}/groups/{child_id}`,
    9,
    put(({ spareGroup, full }) => `/groups/${spareGroup}/groups/${full}`),
  ],

  [
    `PATCH ${T}/users/{user_id}/applications/{application_id}`,
    1,
    patch(({ users, applications }) => `/users/${users[0]}/applications/${applications[0]}`, LATER),
  ],
  [
    `PATCH ${T}/groups/{group_id}/applications/{application_id}`,
    1,
    patch(({ full, applications }) => `/groups/${full}/applications/${applications[0]}`, LATER),
  ],
  [
    `PATCH ${T}/groups/{group_id}/members/{user_id}`,
    4,
    patch(({ full, users }) => `/groups/${full}/members/${users[0]}`, LATER),
  ],
  [
    `PUT ${T}/imports/{import_id}/content`,
    18,
    ({ tenant: { api, path }, waiting, size }) =>
      api.put(`${path}/imports/${waiting}/content`, undefined, csvFile(size, 'counted')),
  ],

  [
    'PUT /v1/applications/{app_id}/roles/{role_id}',
    6,
    (world) => world.tenant.api.put(roleOf(world), { description: 'Changed' }),
  ],
  [`PATCH ${T}/users/{user_id}`, 9, patch(user, { display_name: 'Changed' })],
  [`PATCH ${T}/groups/{group_id}`, 5, patch(group, { description: 'Changed' })],
  [`PATCH ${T}/applications/{application_id}`, 5, patch(application, { description: 'Changed' })],
  [`PATCH ${T}/roles/{role_id}`, 6, patch(role, { description: 'Changed' })],
  [`PATCH ${T}/workspaces/{workspace_id}`, 5, patch(workspace, { description: 'Changed' })],
  [`PATCH ${T}/workspaces/{workspace_id}/projects/{project_id}`, 6, patch(project, { description: 'Changed' })],
  [`PATCH ${T}/api-clients/{api_client_id}`, 6, patch(client, { name: 'Changed' })],
  [`PATCH ${T}`, 5, ({ platform, tenant }) => platform.patch(tenant.path, { name: 'Changed' })],

  [
    `DELETE ${T}/users/{user_id}/applications/{application_id}`,
    1,
    remove(({ users, applications }) => `/users/${users[0]}/applications/${applications[0]}`),
  ],
  [
    `DELETE ${T}/groups/{group_id}/applications/{application_id}`,
    1,
    remove(({ full, applications }) => `/groups/${full}/applications/${applications[0]}`),
  ],
  [
    `DELETE ${T}/groups/{group_id}/members/{user_id}`,
    1,
    remove(({ full, users }) => `/groups/${full}/members/${users[0]}`),
  ],
  [
    `DELETE ${T}/groups/{group_id}/groups/{child_id}`,
    8,
    remove(({ spareGroup, full }) => `/groups/${spareGroup}/groups/${full}`),
  ],
  [
    'DELETE /v1/applications/{app_id}/roles/{role_id}/assignments/{entity_id}',
    2,
    (world) => world.tenant.api.delete(`${roleOf(world)}/assignments/${world.users[0]}`),
  ],
  [
    'DELETE /v1/applications/{app_id}/roles/{role_id}',
    9,
    (world) => world.tenant.api.delete(`${rolesOf(world)}/${world.roleOfAll}`),
  ],
  [`DELETE ${T}/users/{user_id}`, 11, remove(user)],
  [`DELETE ${T}/groups/{group_id}`, 14, remove(group)],
  [`DELETE ${T}/applications/{application_id}`, 11, remove(application)],
  [
    'DELETE /roles/{role_id}/assignments',
    2,
    ({ tenant, roles, groups }) => revoke(tenant.api, roles[0]!, { team_id: groups[0]! }),
  ],
  [`DELETE ${T}/roles/{role_id}`, 7, remove(role)],
  [`DELETE ${T}/workspaces/{workspace_id}/projects/{project_id}`, 7, remove(project)],
  [`DELETE ${T}/workspaces/{workspace_id}`, 7, remove(workspace)],
  [`DELETE ${T}/api-clients/{api_client_id}`, 5, remove(client)],
  [`DELETE ${T}`, 19, ({ platform, tenant }) => platform.delete(tenant.path)],
];
