import { Column, Entity } from 'typeorm';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

export const USER_STATUSES = ['active', 'suspended'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** A person of a tenant. */
@Entity('users')
export class User extends TenantResource {
  @Column('text')
  userName!: string;

  /** What makes user names the same; see comparisonKey. */
  @Column({ type: 'text', collation: 'C' })
  userNameKey!: string;

  @Column({ type: 'text', nullable: true })
  email!: string | null;

  @Column({ type: 'text', nullable: true })
  displayName!: string | null;

  @Column({ type: 'text', nullable: true })
  givenName!: string | null;

  @Column({ type: 'text', nullable: true })
  familyName!: string | null;

  /** Its id in the directory it came from; unique in the tenant where there is one. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  externalId!: string | null;

  /** All that `search` looks in, as one comparison key. */
  @Column({ type: 'text', collation: 'C' })
  searchKey!: string;

  /** A suspended user can use no application; the assignments stay. */
  @Column({ type: 'text', default: 'active' })
  status!: UserStatus;

  /** Whatever else the tenant keeps of a user: a JSON object. */
  @Column({ type: 'jsonb', default: {} })
  attributes!: object;
}

/** The keys that go with the names; set whenever a name is. */
export function userKeys(user: Pick<User, 'userName' | 'email' | 'displayName' | 'givenName' | 'familyName'>): {
  userNameKey: string;
  searchKey: string;
} {
  const searched = [user.userName, user.displayName, user.email, user.givenName, user.familyName];
  return {
    userNameKey: comparisonKey(user.userName),
    searchKey: comparisonKey(searched.filter((text) => text !== null).join('\n')),
  };
}
