import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A group directly inside another one: whoever is in the child is in the parent. */
@Entity('group_nestings')
export class GroupNesting {
  @PrimaryColumn('uuid')
  tenantId!: string;

  @PrimaryColumn('uuid')
  parentId!: string;

  @PrimaryColumn('uuid')
  childId!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  addedAt!: Date;
}

/** Derived from the nestings: every group with all that is inside of it at any depth, itself included. */
@Entity('group_closure')
export class GroupClosure {
  @PrimaryColumn('uuid')
  tenantId!: string;

  @PrimaryColumn('uuid')
  ancestorId!: string;

  @PrimaryColumn('uuid')
  descendantId!: string;
}
