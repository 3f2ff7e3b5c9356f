import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TenantStatus } from '../../kernel/tenant-status.js';
import { VersionedResource } from '../../persistence/tenant-resource.entity.js';

/** An organization: the wall that nothing of it is seen through. */
@Entity('tenants')
export class Tenant extends VersionedResource {
  @PrimaryColumn('uuid')
  id!: string;

  /** Unique; a DNS label. */
  @Column({ type: 'text', collation: 'C' })
  slug!: string;

  @Column('text')
  name!: string;

  /** The tokens of a suspended tenant are refused; its data stays. */
  @Column({ type: 'text', default: 'active' })
  status!: TenantStatus;
}
