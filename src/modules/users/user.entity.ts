import { Column, Entity } from 'typeorm';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { indexEntries, withKeys, type IndexEntry } from '../../kernel/filter/json-values.js';
import { TenantResource } from '../../persistence/tenant-resource.entity.js';

export const USER_STATUSES = ['active', 'suspended'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** Characters of a key that an index holds: it takes no more than 2,700 bytes. */
const LONGEST_INDEXED = 200;

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

  /** The start of the e-mail address's comparison key, for filters. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  emailKey!: string | null;

  /** Comparison keys of what filters look at and no column has: names, the e-mail address, and `attributes` with all their strings. */
  @Column({ type: 'jsonb', default: {}, select: false })
  filterKeys!: object;

  /** A suspended user can use no application; the assignments stay. */
  @Column({ type: 'text', default: 'active' })
  status!: UserStatus;

  /** Whatever else the tenant keeps of a user: a JSON object. */
  @Column({ type: 'jsonb', default: {} })
  attributes!: object;
}

type Named = Pick<User, 'userName' | 'email' | 'displayName' | 'givenName' | 'familyName' | 'attributes'>;
type Keys = Pick<User, 'userNameKey' | 'displayNameKey' | 'searchKey' | 'emailKey' | 'filterKeys'>;

/** The keys that go with the names and the attributes; set whenever one of them is. */
export function userKeys(user: Named): Keys {
  const searched = [user.userName, user.displayName, user.email, user.givenName, user.familyName];
  return {
    userNameKey: comparisonKey(user.userName),
    displayNameKey: start(comparisonKey(user.displayName ?? user.userName)),
    searchKey: comparisonKey(searched.filter((text) => text !== null).join('\n')),
    emailKey: user.email === null ? null : start(comparisonKey(user.email)),
    filterKeys: filterKeys(user),
  };
}

function filterKeys({ email, displayName, givenName, familyName, attributes }: Named): object {
  const texts = { email, display_name: displayName, given_name: givenName, family_name: familyName };
  const given = Object.entries(texts).filter(([, text]) => text !== null);
  const kept = Object.keys(attributes).length > 0 ? [...given, ['attributes', attributes]] : given;
  return withKeys(Object.fromEntries(kept)) as object;
}

function start(key: string): string {
  return [...key].slice(0, LONGEST_INDEXED).join('');
}

/** The entries by which filters find attributes. */
export function attributeEntries(attributes: object): IndexEntry[] {
  return indexEntries(withKeys(attributes));
}
