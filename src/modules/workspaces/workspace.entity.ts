import { Column, Entity } from 'typeorm';
import { comparisonKey } from '../../kernel/comparison-key.js';
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

  /** Its comparison key, for filters. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  descriptionKey!: string | null;
}

/** The keys that go with the name and the description of a workspace or a project; set whenever one of them is. */
export function workspaceKeys({ name, description }: Pick<Workspace, 'name' | 'description'>): {
  nameKey: string;
  descriptionKey: string | null;
} {
  return {
    nameKey: comparisonKey(name),
    descriptionKey: description === null ? null : comparisonKey(description),
  };
}
