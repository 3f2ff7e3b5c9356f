import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One change, as it was written down with it. */
abstract class Event {
  @PrimaryColumn('uuid')
  id!: string;

  /** Order of the changes; from a sequence of the database. */
  @Column({ type: 'bigint', generated: 'identity', generatedIdentity: 'ALWAYS', insert: false, update: false })
  seq!: string;

  @Column({ type: 'timestamptz', default: () => 'clock_timestamp()' })
  occurredAt!: Date;

  @Column('text')
  actorType!: string;

  @Column('text')
  actorId!: string;

  /** Where an outside issuer says who the actor is; null for our own clients and the service itself. */
  @Column({ type: 'text', nullable: true })
  actorIssuer!: string | null;

  @Column({ type: 'text', nullable: true })
  clientId!: string | null;

  @Column('text')
  requestId!: string;

  @Column('text')
  action!: string;

  @Column('text')
  resourceType!: string;

  @Column('uuid')
  resourceId!: string;

  @Column({ type: 'jsonb', nullable: true })
  before!: object | null;

  @Column({ type: 'jsonb', nullable: true })
  after!: object | null;
}

/** A change inside a tenant. */
@Entity('audit_events')
export class AuditEvent extends Event {
  @PrimaryColumn('uuid')
  tenantId!: string;

  /** The user that the event concerns: itself, or one end of a membership or of an assignment. */
  @Column({ type: 'uuid', nullable: true })
  userId!: string | null;

  /** Likewise a group. */
  @Column({ type: 'uuid', nullable: true })
  groupId!: string | null;

  /** Likewise an application. */
  @Column({ type: 'uuid', nullable: true })
  applicationId!: string | null;
}

/** A change to the list of tenants or to platform clients. */
@Entity('platform_audit_events')
export class PlatformAuditEvent extends Event {}
