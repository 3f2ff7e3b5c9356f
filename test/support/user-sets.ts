import { sql } from './sql.js';
import { newTenant, type TestTenant } from './tenant.js';

interface Place {
  readonly owner_id: string;
  readonly ordinal: number;
}

/** Who is in which set, by `user_sets`. */
const KEPT = `
  SELECT s.owner_id, s.chunk * 16384 + place AS ordinal
    FROM user_sets s CROSS JOIN LATERAL (
           SELECT get_byte(s.members, at) * 256 + get_byte(s.members, at + 1) AS place
             FROM generate_series(0, length(s.members) - 2, 2) at
           UNION ALL
           SELECT at FROM generate_series(0, length(s.bits) - 1) at WHERE get_bit(s.bits, at) = 1) places
   WHERE s.tenant_id = $1`;

/** Who should be, by the tables that the sets are made of. */
const TRUE = `
  SELECT group_id AS owner_id, user_ordinal AS ordinal FROM memberships
   WHERE tenant_id = $1 AND valid_from IS NULL AND valid_until IS NULL
   UNION ALL
  SELECT application_id, user_ordinal FROM assignments
   WHERE tenant_id = $1 AND user_id IS NOT NULL AND valid_from IS NULL AND valid_until IS NULL
   UNION ALL
  SELECT role_id, user_ordinal FROM role_assignments WHERE tenant_id = $1 AND user_id IS NOT NULL AND level = 'application'
   UNION ALL
  SELECT tenant_id, ordinal FROM users WHERE tenant_id = $1 AND status = 'suspended'`;

/** Fails where the tenant's sets of users are not what its memberships, assignments, roles and users make them, each user once. */
export async function expectSetsTrue(tenantId: string): Promise<void> {
  const kept = await sql<Place>(`${KEPT} EXCEPT ALL (${TRUE}) ORDER BY 1, 2`, [tenantId]);
  const missing = await sql<Place>(`(${TRUE}) EXCEPT ALL ${KEPT} ORDER BY 1, 2`, [tenantId]);
  expect({ kept_wrongly: kept, missing }).toEqual({ kept_wrongly: [], missing: [] });
}

/** Makes tenants whose sets are checked after the test that made them; call it once, at the top of a test file. */
export function tenantsWithCheckedSets(): () => Promise<TestTenant> {
  const made: string[] = [];
  afterEach(async () => {
    for (const id of made.splice(0)) await expectSetsTrue(id);
  });
  return async () => {
    const tenant = await newTenant();
    made.push(tenant.id);
    return tenant;
  };
}
