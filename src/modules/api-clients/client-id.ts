import { randomBytes } from 'node:crypto';
import { isUuid } from '../../kernel/ids.js';

const TENANT_BYTES = 16;
const RANDOM_BYTES = 12;
const FORM = /^([\w-]{22})\.([\w-]{16})$/;

/**
 * A new `client_id` for a client of the tenant: `<tenant id>.<96 random bits>`, both in base64url. The tenant can be read
 * from it, so a client is found inside its own tenant and no statement ever has to look across tenants.
 */
export function newClientId(tenantId: string): string {
  if (!isUuid(tenantId)) throw new Error('A client id is made from the id of a tenant, which is a UUID.');
  const tenant = Buffer.from(tenantId.replaceAll('-', ''), 'hex');
  return `${tenant.toString('base64url')}.${randomBytes(RANDOM_BYTES).toString('base64url')}`;
}

/** The tenant that a `client_id` names; null for every other form (a platform client's, or none at all). */
export function tenantOfClientId(clientId: string): string | null {
  const tenant = FORM.exec(clientId)?.[1];
  if (tenant === undefined) return null;
  const bytes = Buffer.from(tenant, 'base64url');
  // The last character holds 2 bits of the tenant and 4 that must be zero: one tenant has one spelling.
  if (bytes.length !== TENANT_BYTES || bytes.toString('base64url') !== tenant) return null;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
