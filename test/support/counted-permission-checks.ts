import type { ApiAnswer } from './api.js';
import type { World } from './counted-world.js';

const T = '/api/v1/tenants/{tenant_id}';

const resources = ({ applications, workspaces, projects }: World): string[] => [
  ...applications.map((id) => `application:${id}`),
  ...workspaces.map((id) => `workspace:${id}`),
  ...projects.map((id) => `project:${id}`),
];

/** Checks of permissions, as ROUTES has routes. */
export const PERMISSION_CHECKS: readonly (readonly [string, number, (world: World) => Promise<ApiAnswer>])[] = [
  [
    `GET ${T}/permissions/check`,
    1,
    (world) =>
      world.tenant.api.get(
        `${world.tenant.path}/permissions/check?user_id=${world.users[0]}&action=x&resources=${resources(world).join(',')}`,
      ),
  ],
  [
    `POST ${T}/permissions/check`,
    1,
    (world) =>
      world.tenant.api.post(`${world.tenant.path}/permissions/check`, {
        user_id: world.users[0],
        action: 'x',
        resources: resources(world),
        explain: true,
      }),
  ],
];
