import { Column, Entity } from 'typeorm';
import { TenantResource } from '../../../persistence/tenant-resource.entity.js';

/** A project of a workspace, in which it stays. */
@Entity('projects')
export class Project extends TenantResource {
  @Column('uuid')
  workspaceId!: string;

  @Column('text')
  name!: string;

  /** What makes names the same; see comparisonKey. */
  @Column({ type: 'text', collation: 'C' })
  nameKey!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  /** Its comparison key, for filters. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  descriptionKey!: string | null;
}
