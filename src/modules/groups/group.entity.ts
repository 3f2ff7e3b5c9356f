import { Column, Entity } from 'typeorm';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

/** Who is in it: whom somebody put there, or those for whom its rule holds. */
export const GROUP_KINDS = ['static', 'dynamic'] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

/** A group of users and of other groups. */
@Entity('groups')
export class Group extends TenantResource {
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

  /** Its id in the directory it came from; unique in the tenant where there is one. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  externalId!: string | null;

  /** Never changes. */
  @Column({ type: 'text', default: 'static' })
  kind!: GroupKind;

  /** Of a dynamic group: a filter over users. */
  @Column({ type: 'text', nullable: true })
  rule!: string | null;
}

/** The keys that go with the name and the description; set whenever one of them is. */
export function groupKeys({ name, description }: Pick<Group, 'name' | 'description'>): {
  nameKey: string;
  descriptionKey: string | null;
} {
  return {
    nameKey: comparisonKey(name),
    descriptionKey: description === null ? null : comparisonKey(description),
  };
}
