import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user directly in a group. */
@Entity('group_members')
export class GroupMember {
  @PrimaryColumn('uuid')
  tenantId!: string;

  @PrimaryColumn('uuid')
  groupId!: string;

  @PrimaryColumn('uuid')
  userId!: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  addedAt!: Date;
}
