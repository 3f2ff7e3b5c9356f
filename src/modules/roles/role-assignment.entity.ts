import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RoleLevel } from './role.entity.js';

/** A role held by a user, a group or an application, exactly one of them, in one scope. */
@Entity('role_assignments')
export class RoleAssignment {
  @PrimaryColumn('uuid')
  tenantId!: string;

  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  roleId!: string;

  /** The role's, kept here by a foreign key. */
  @Column('text')
  level!: RoleLevel;

  /** Likewise; a check lets no role of another type be held. */
  @Column({ type: 'text', default: 'normal' })
  roleType!: 'normal';

  /** The application whose role it is; at level `application` only. */
  @Column({ type: 'uuid', nullable: true })
  applicationId!: string | null;

  /** The workspace that it is held in; at the levels `workspace` and `project`. */
  @Column({ type: 'uuid', nullable: true })
  workspaceId!: string | null;

  /** The project that it is held in; at level `project` only. */
  @Column({ type: 'uuid', nullable: true })
  projectId!: string | null;

  /** The application, project or workspace that it is held in, else the tenant. */
  @Column('uuid')
  scopeId!: string;

  @Column({ type: 'uuid', nullable: true })
  userId!: string | null;

  /** The user's, kept here by a foreign key; null where another kind of holder has it. */
  @Column({ type: 'integer', nullable: true })
  userOrdinal!: number | null;

  @Column({ type: 'uuid', nullable: true })
  groupId!: string | null;

  /** An application that holds the role; at level `application` only. */
  @Column({ type: 'uuid', nullable: true })
  holderApplicationId!: string | null;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  assignedAt!: Date;

  /** The subject of the token that assigned it. */
  @Column('text')
  assignedBy!: string;

  /** The subject of the token that last changed the right values; null where nobody has. */
  @Column({ type: 'text', nullable: true })
  modifiedBy!: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  modifiedAt!: Date | null;
}
