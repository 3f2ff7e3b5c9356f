import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { TENANT_STATUSES, type TenantStatus } from '../../../kernel/tenant-status.js';
import type { Tenant } from '../tenant.entity.js';

@ApiSchema({ name: 'Tenant' })
export class TenantResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '019ab5f2-6c1e-7000-8000-000000000001' })
  id!: string;

  @ApiProperty({ type: String, example: 'acme' })
  slug!: string;

  @ApiProperty({ type: String, example: 'Acme Corporation' })
  name!: string;

  @ApiProperty({ type: String, enum: TENANT_STATUSES, example: 'active' })
  status!: TenantStatus;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  created_at!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T09:30:00.000Z' })
  updated_at!: Date;
}

/** How callers, and the audit trail, see a tenant. */
export function tenantResponse(tenant: Tenant): TenantResponse {
  return {
    id: tenant.id,
    slug: tenant.slug,
    name: tenant.name,
    status: tenant.status,
    created_at: tenant.createdAt,
    updated_at: tenant.updatedAt,
  };
}
