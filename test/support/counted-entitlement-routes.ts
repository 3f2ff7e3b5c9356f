import type { ApiAnswer } from './api.js';
import type { World } from './counted-world.js';

const V = '/v1.0';
type Route = readonly [route: string, most: number, call: (world: World) => Promise<ApiAnswer>];

const role = ({ applicationRoles }: World): string => `${V}/entitlements/${applicationRoles[0]}`;

async function assignmentOf({ tenant, roleOfAll }: World): Promise<string> {
  const { body } = await tenant.api.post(`${V}/entitlements/assignments/search?limit=1`, { code: roleOfAll });
  return (body as { resources: [{ code: string }] }).resources[0].code;
}

/** Routes of entitlements that only read. */
export const ENTITLEMENT_READS: readonly Route[] = [
  [`GET ${V}/entitlements/{entitlement_code}`, 1, (world) => world.tenant.api.get(role(world))],
  [`GET ${V}/entitlements/{entitlement_code}/children`, 2, (world) => world.tenant.api.get(`${role(world)}/children`)],
  [
    `GET ${V}/users/{user_code}/entitlements`,
    2,
    ({ tenant, users }) => tenant.api.get(`${V}/users/${users[0]}/entitlements?sublevels=true`),
  ],
  [
    `GET ${V}/groups/{group_code}/entitlements`,
    2,
    ({ tenant, full }) => tenant.api.get(`${V}/groups/${full}/entitlements`),
  ],
  [
    `GET ${V}/assignments/{assignment_code}/rights`,
    1,
    async (world) => world.tenant.api.get(`${V}/assignments/${await assignmentOf(world)}/rights`),
  ],
  [`POST ${V}/entitlements/search`, 1, ({ tenant }) => tenant.api.post(`${V}/entitlements/search`, {})],
  [
    `POST ${V}/entitlements/assignments/search`,
    1,
    ({ tenant }) => tenant.api.post(`${V}/entitlements/assignments/search?includeRights=true`, {}),
  ],
];

/** Those that change something, with what they need made before. */
export const ENTITLEMENT_CHANGES: readonly Route[] = [
  [
    `POST ${V}/entitlements`,
    9,
    ({ tenant, applications, size }) =>
      tenant.api.post(`${V}/entitlements`, {
        name: 'one more entitlement',
        type: 'role',
        application: applications[0],
        rights: Array.from({ length: Math.min(size, 50) }, (_, at) => ({ name: `r${at}`, values: [`v${at}`] })),
      }),
  ],
  [
    `POST ${V}/entitlements/{entitlement_code}/children`,
    12,
    ({ tenant, roleOfAll, applicationRoles }) =>
      tenant.api.post(`${V}/entitlements/${roleOfAll}/children`, { add: applicationRoles }),
  ],
  [
    `POST ${V}/entitlements/{entitlement_code}`,
    10,
    (world) =>
      world.tenant.api.post(`${V}/entitlements/${world.roleOfAll}`, {
        grant: {
          users: world.spareUsers.map((user) => ({ user })),
          groups: world.groups.map((group) => ({ group })),
        },
        revoke: { users: world.users.map((user) => ({ user })), groups: [{ group: world.full }] },
      }),
  ],
  [
    `PATCH ${V}/assignments/{assignment_code}/rights`,
    8,
    async (world) => {
      const { tenant, roleOfAll } = world;
      await tenant.api.patch(`${V}/entitlements/${roleOfAll}`, { rights: [{ name: 'any' }] });
      const change = { op: 'add', value: 'x' };
      return tenant.api.patch(`${V}/assignments/${await assignmentOf(world)}/rights`, change);
    },
  ],
  [
    `PATCH ${V}/entitlements/{entitlement_code}`,
    13,
    (world) => world.tenant.api.patch(role(world), { name: 'Changed', rights: [{ name: 'a' }] }),
  ],
  [
    `DELETE ${V}/entitlements/{entitlement_code}`,
    9,
    async ({ tenant, applications }) => {
      const made = await tenant.api.post(`${V}/entitlements`, {
        name: 'gone',
        type: 'permission',
        application: applications[0],
      });
      return tenant.api.delete(`${V}/entitlements/${(made.body as { code: string }).code}`);
    },
  ],
];
