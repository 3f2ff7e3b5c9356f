import { Column, PrimaryColumn } from 'typeorm';

/** What every row of every resource has: when it was made and last changed, and its version (the ETag). */
export abstract class VersionedResource {
  @Column({ type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;

  /** From 1; every change adds 1. */
  @Column({ type: 'integer', default: 1 })
  version!: number;
}

/** A resource of a tenant. Its key holds the tenant, so that no row can be reached, moved or pointed at across tenants. */
export abstract class TenantResource extends VersionedResource {
  @PrimaryColumn('uuid')
  tenantId!: string;

  @PrimaryColumn('uuid')
  id!: string;
}
