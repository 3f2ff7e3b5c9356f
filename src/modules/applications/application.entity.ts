import { Column, Entity } from 'typeorm';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

export const APPLICATION_TYPES = ['web', 'spa', 'native', 'service'] as const;
export type ApplicationType = (typeof APPLICATION_TYPES)[number];

export const APPLICATION_STATUSES = ['active', 'disabled'] as const;
export type ApplicationStatus = (typeof APPLICATION_STATUSES)[number];

/** What access is given to. */
@Entity('applications')
export class Application extends TenantResource {
  @Column('text')
  name!: string;

  /** All that `search` looks in, as one comparison key. */
  @Column({ type: 'text', collation: 'C' })
  searchKey!: string;

  /** Its id at the identity provider; unique in the tenant. */
  @Column({ type: 'text', collation: 'C' })
  clientId!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  /** Its comparison key, for filters. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  descriptionKey!: string | null;

  @Column({ type: 'text', default: 'web' })
  type!: ApplicationType;

  /** Nobody can use a disabled application; its assignments stay. */
  @Column({ type: 'text', default: 'active' })
  status!: ApplicationStatus;
}

/** The keys that go with the name, the client id and the description; set whenever one of them is. */
export function applicationKeys(application: Pick<Application, 'name' | 'clientId' | 'description'>): {
  searchKey: string;
  descriptionKey: string | null;
} {
  const { name, clientId, description } = application;
  return {
    searchKey: comparisonKey(`${name}\n${clientId}`),
    descriptionKey: description === null ? null : comparisonKey(description),
  };
}
