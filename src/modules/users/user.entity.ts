import { Column, Entity } from 'typeorm';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

export const USER_STATUSES = ['active', 'suspended'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** Characters of a name that count in the order of a list; an index holds no more than 2,700 bytes. */
const LONGEST_SORT_KEY = 200;

/** A person of a tenant. */
@Entity('users')
export class User extends TenantResource {
  @Column('text')
  userName!: string;

  /** What makes user names the same; see comparisonKey. */
  @Column({ type: 'text', collation: 'C' })
  userNameKey!: string;

  /** A small number, unique in the tenant and never changed: its place in sets of users. */
  @Column('integer')
  ordinal!: number;

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

  /** What lists by display name are ordered by: the start of its key, or of the user name's where there is none. */
  @Column({ type: 'text', collation: 'C' })
  displayNameKey!: string;

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
  displayNameKey: string;
  searchKey: string;
} {
  const searched = [user.userName, user.displayName, user.email, user.givenName, user.familyName];
  return {
    userNameKey: comparisonKey(user.userName),
    displayNameKey: [...comparisonKey(user.displayName ?? user.userName)].slice(0, LONGEST_SORT_KEY).join(''),
    searchKey: comparisonKey(searched.filter((text) => text !== null).join('\n')),
  };
}
