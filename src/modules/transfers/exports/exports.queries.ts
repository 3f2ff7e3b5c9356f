import { isUuid } from '../../../kernel/ids.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { TransferFormat, TransferKind } from '../transfer-kinds.js';

/** Stands for the tenant: COPY takes no parameters. */
const TENANT = '$1';
const OURS = `tenant_id = ${TENANT}`;

/** A moment as answers have it, to the microsecond. */
function moment(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column}`;
}

const VALIDITY = `${moment('valid_from')}, ${moment('valid_until')}`;

/** Every row of a kind, as an import of it takes them, in the order of the keys. */
const SELECTS: Readonly<Record<TransferKind, string>> = {
  users: `SELECT id, user_name, email, display_name, given_name, family_name, external_id, status, attributes
            FROM users WHERE ${OURS} ORDER BY tenant_id, id`,
  groups: `SELECT id, name, description, external_id, kind, rule FROM groups WHERE ${OURS} ORDER BY tenant_id, id`,
  memberships: `SELECT group_id, user_id, ${VALIDITY}, ${moment('added_at')}
                  FROM group_members WHERE ${OURS} ORDER BY tenant_id, group_id, user_id`,
  nestings: `SELECT parent_id, child_id, ${moment('added_at')}
               FROM group_nestings WHERE ${OURS} ORDER BY tenant_id, parent_id, child_id`,
  applications: `SELECT id, name, client_id, description, type, status
                   FROM applications WHERE ${OURS} ORDER BY tenant_id, id`,
  assignments: `SELECT id, application_id, user_id, group_id, ${VALIDITY}, ${moment('assigned_at')}, assigned_by
                  FROM assignments WHERE ${OURS} ORDER BY tenant_id, id`,
};

/**
 * The query of an export; one that answers lines of JSON where that is the format. The tenant is named in it, and not
 * taken from what the transaction has entered: on a cluster it tells the shard. Throws where it is no UUID.
 */
export function exportQuery({ tenantId }: TenantScope, kind: TransferKind, format: TransferFormat): string {
  if (!isUuid(tenantId)) throw new Error('A tenant is named by a UUID.');
  const select = SELECTS[kind].replace(TENANT, `'${tenantId}'`);
  return format === 'csv' ? select : `SELECT row_to_json(line) FROM (${select}) line`;
}
