import { Column, Entity } from 'typeorm';
import { keysOfTexts } from '../../kernel/filter/json-values.js';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

/** Where a role counts: in one application, in the organization (the tenant), in a workspace or in a project. */
export const ROLE_LEVELS = ['application', 'organization', 'workspace', 'project'] as const;
export type RoleLevel = (typeof ROLE_LEVELS)[number];

export const ROLE_TYPES = ['normal', 'share'] as const;
export type RoleType = (typeof ROLE_TYPES)[number];

export const ENTITLEMENT_TYPES = ['role', 'permission'] as const;
export type EntitlementType = (typeof ENTITLEMENT_TYPES)[number];

/** A named set of permissions that users, groups and applications can hold. */
@Entity('roles')
export class Role extends TenantResource {
  @Column('text')
  level!: RoleLevel;

  /** The application that it is a role of; null at the other levels. */
  @Column({ type: 'uuid', nullable: true })
  applicationId!: string | null;

  /** Unique in its application, or among the roles of its level. */
  @Column('text')
  name!: string;

  /** What makes names the same; see comparisonKey. */
  @Column({ type: 'text', collation: 'C' })
  nameKey!: string;

  @Column({ type: 'text', nullable: true })
  displayName!: string | null;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  /** Comparison keys of the other texts, for filters. */
  @Column({ type: 'jsonb', default: {}, select: false })
  filterKeys!: object;

  /** A share role stands for what is shared with outsiders; it cannot be assigned. */
  @Column({ type: 'text', default: 'normal' })
  type!: RoleType;

  /** Which of the roles that every tenant has, such as `organization.admin`; null where the tenant made it. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  builtIn!: string | null;

  /** In the order given. `*` is every permission within the role's scope. */
  @Column({ type: 'text', array: true, default: '{}' })
  permissions!: string[];

  /** What it gives: its own permissions and those of all roles and permissions inside of it. */
  @Column({ type: 'text', array: true, default: '{}' })
  effectivePermissions!: string[];

  /** A permission is a role of an application that allows what it is called, and nothing else. */
  @Column({ type: 'text', default: 'role' })
  entitlementType!: EntitlementType;

  /** What sort of entitlement it is, in the customer's own words; of applications' roles only. */
  @Column({ type: 'text', nullable: true })
  category!: string | null;

  /** What it is called in the connected application; of applications' roles only. */
  @Column({ type: 'text', nullable: true })
  extRef!: string | null;
}

/** The keys that go with the texts of a role beside its name; set whenever one of them is. */
export function roleFilterKeys({
  description,
  displayName,
  category,
}: Pick<Role, 'description' | 'displayName' | 'category'>): object {
  return keysOfTexts({ description, display_name: displayName, category });
}
