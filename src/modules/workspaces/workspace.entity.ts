import { Column, Entity } from 'typeorm';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

/** A part of a tenant that roles can be held in; it holds projects. */
@Entity('workspaces')
export class Workspace extends TenantResource {
  @Column('text')
  name!: string;

  /** What makes names the same; see comparisonKey. */
  @Column({ type: 'text', collation: 'C' })
  nameKey!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;
}
