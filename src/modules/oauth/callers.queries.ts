import { statement } from '../../persistence/statement.js';

/** By tenants_pkey (id). */
export const TENANT_STATUS = statement('oauth.tenant_status', 'SELECT status FROM tenants WHERE id = $1');
