import { filteredList, type ListRequest } from '../../persistence/filter/filtered-list.js';
import type { ListQuery } from '../../persistence/paged-list.js';
import { statement } from '../../persistence/statement.js';
import type { EntitlementType } from '../roles/index.js';
import type { EntitlementFilter } from './dto/assignment-search.requests.js';
import type { EntitlementResponse } from './dto/entitlement.responses.js';
import { ENTITLEMENT_FILTER } from './entitlement-filter.read-model.js';
import { RIGHTS_OF_ROLE } from './rights/rights.queries.js';
import type { Right } from './rights/rights.js';
import { ofEntitlement } from './search/assignment-search.read-model.js';
import { Conditions } from './search/filters.js';

export interface EntitlementRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly entitlement_type: EntitlementType;
  readonly application_id: string;
  readonly category: string | null;
  readonly ext_ref: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly rights: readonly Right[];
}

/** The columns of EntitlementRow, of a role `r`. */
const ENTITLEMENT = `r.id, r.name, r.description, r.entitlement_type, r.application_id, r.category, r.ext_ref,
  r.created_at, r.updated_at, ${RIGHTS_OF_ROLE} AS rights`;

/** One of them; no row where there is none. By roles_pkey. Values: tenant, role. */
export const FIND_ENTITLEMENT = statement(
  'entitlements.find',
  `SELECT ${ENTITLEMENT} FROM roles r WHERE r.tenant_id = $1 AND r.id = $2 AND r.level = 'application'`,
);

/**
 * Nobody changes it or its rights until the transaction ends. What is read after this is as it stays; a statement that had
 * to wait still reads what rights there were before. Values: tenant, role.
 */
export const HOLD_ENTITLEMENT = statement(
  'entitlements.hold',
  `SELECT r.id FROM roles r WHERE r.tenant_id = $1 AND r.id = $2 FOR SHARE`,
);

/** A list of entitlements `r`, as the caller asks for it; in the order of their ids where no other is asked for. */
export function entitlementList(
  list: string,
  where: string,
  values: readonly unknown[],
  asked: ListRequest,
): ListQuery {
  const parts = {
    catalogue: ENTITLEMENT_FILTER,
    from: `FROM roles r WHERE r.tenant_id = $1 AND ${where}`,
    values,
    sort: [{ column: 'id', type: 'uuid' }],
  } as const;
  const filtered = filteredList(parts, asked);
  return { list, select: [ENTITLEMENT, ...filtered.also].join(', '), ...filtered };
}

/** Those that the filter finds. By roles_application_name_key or roles_pkey. */
export function entitlementsFound(tenantId: string, filter: EntitlementFilter, asked: ListRequest): ListQuery {
  const { sql, values } = ofEntitlement(new Conditions(tenantId), filter);
  return entitlementList('entitlements', `r.level = 'application'${sql}`, values, asked);
}

/** An entitlement as this surface shows it. */
export function entitlementResponse(row: EntitlementRow): EntitlementResponse {
  return {
    code: row.id,
    name: row.name,
    description: row.description,
    type: row.entitlement_type,
    subType: 'regular',
    application: row.application_id,
    category: row.category,
    extRef: row.ext_ref,
    rights: [...row.rights],
    creationDate: row.created_at,
    lastModTime: row.updated_at,
  };
}
