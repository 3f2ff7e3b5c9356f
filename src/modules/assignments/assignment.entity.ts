import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An application given to a user or to a group, exactly one of them. */
@Entity('assignments')
export class Assignment {
  @PrimaryColumn('uuid')
  tenantId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  applicationId!: string;

  @Column({ type: 'uuid', nullable: true })
  userId!: string | null;

  /** The user's, kept here by a foreign key; null where it is a group's. */
  @Column({ type: 'integer', nullable: true })
  userOrdinal!: number | null;

  @Column({ type: 'uuid', nullable: true })
  groupId!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  assignedAt!: Date;

  /** The subject of the token that assigned it. */
  @Column('text')
  assignedBy!: string;

  /** The assignment holds from this moment on; null: since ever. */
  @Column({ type: 'timestamptz', nullable: true })
  validFrom!: Date | null;

  /** The assignment holds before this moment; null: for ever. */
  @Column({ type: 'timestamptz', nullable: true })
  validUntil!: Date | null;
}
