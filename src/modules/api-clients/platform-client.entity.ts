import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AccessScope } from '../../kernel/access-scopes.js';
import { VersionedResource } from '../../persistence/tenant-resource.entity.js';

/** A program that manages tenants. It belongs to none; the first one comes from BOOTSTRAP_CLIENT_ID. */
@Entity('platform_clients')
export class PlatformClient extends VersionedResource {
  @PrimaryColumn('uuid')
  id!: string;

  /** The OAuth `client_id`, chosen by the operator; never of the form that tenants' clients have. */
  @Column({ type: 'text', collation: 'C' })
  clientId!: string;

  @Column('text')
  name!: string;

  @Column('text', { array: true })
  scopes!: AccessScope[];

  @Column('text', { default: 'active' })
  status!: 'active' | 'revoked';

  @Column('bytea', { select: false })
  secretSalt!: Buffer;

  @Column('bytea', { select: false })
  secretHash!: Buffer;
}
