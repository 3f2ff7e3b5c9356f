import { Column, Entity } from 'typeorm';
import type { AccessScope } from '../../kernel/access-scopes.js';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

/** A program that calls this service for one tenant, with a secret of its own. */
@Entity('api_clients')
export class ApiClient extends TenantResource {
  /** The OAuth `client_id`, made by `newClientId`. */
  @Column({ type: 'text', collation: 'C' })
  clientId!: string;

  @Column('text')
  name!: string;

  /** What its tokens may hold at most; never `platform`. */
  @Column('text', { array: true })
  scopes!: AccessScope[];

  @Column('text', { default: 'active' })
  status!: 'active' | 'revoked';

  /** Left out of every read: only the client directory, with SQL of its own, sees digests. */
  @Column('bytea', { select: false })
  secretSalt!: Buffer;

  @Column('bytea', { select: false })
  secretHash!: Buffer;
}
