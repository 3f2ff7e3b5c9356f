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

  /** By a foreign key, so that a group with a rule has no such rows. */
  @Column({ type: 'text', default: 'static' })
  groupKind!: 'static';

  /** The user's, kept here by a foreign key. */
  @Column('integer')
  userOrdinal!: number;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  addedAt!: Date;

  /** The membership holds from this moment on; null: since ever. */
  @Column({ type: 'timestamptz', nullable: true })
  validFrom!: Date | null;

  /** The membership holds before this moment; null: for ever. */
  @Column({ type: 'timestamptz', nullable: true })
  validUntil!: Date | null;
}
