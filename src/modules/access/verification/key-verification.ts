import { isDeepStrictEqual } from 'node:util';
import { comparisonKey } from '../../../kernel/comparison-key.js';
import { keysOfTexts } from '../../../kernel/filter/json-values.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { Transaction } from '../../../persistence/transaction.js';
import type { Statement } from '../../../persistence/statement.js';
import { applicationKeys, type Application } from '../../applications/index.js';
import { groupKeys, type Group } from '../../groups/index.js';
import { attributeEntries, userKeys, type User } from '../../users/index.js';
import type { Difference, Differences } from './difference.js';
import { NAMED } from './verification.queries.js';

const BATCH = 5000;
const FIRST = '00000000-0000-0000-0000-000000000000';

type Keys = Readonly<Record<string, unknown>>;

/** One kind of rows with comparison keys: how a row's are made, and which column keeps each. */
interface Named<Row extends { readonly id: string }> {
  readonly kind: string;
  readonly statement: Statement;
  readonly keysOf: (row: Row) => Keys;
  readonly columns: Readonly<Record<string, string>>;
  /** A user is what a difference is about; anything else is its owner. */
  readonly isSubject?: boolean;
}

const USERS: Named<User> = {
  kind: 'user_key',
  statement: NAMED.users,
  keysOf: (user) => ({ ...userKeys(user), entries: entriesOf(user) }),
  columns: {
    userNameKey: 'user_name_key',
    displayNameKey: 'display_name_key',
    searchKey: 'search_key',
    emailKey: 'email_key',
    filterKeys: 'filter_keys',
    entries: 'user_attributes',
  },
  isSubject: true,
};
const GROUPS: Named<Group> = {
  kind: 'group_key',
  statement: NAMED.groups,
  keysOf: groupKeys,
  columns: { nameKey: 'name_key', descriptionKey: 'description_key' },
};
/** What later rooms keep with a name and a description, as groups do. */
const DESCRIBED = (['workspace', 'project'] as const).map(
  (kind): Named<Pick<Group, 'id' | 'name' | 'description'>> => ({
    kind: `${kind}_key`,
    statement: NAMED[`${kind}s`],
    keysOf: groupKeys,
    columns: { nameKey: 'name_key', descriptionKey: 'description_key' },
  }),
);
interface RoleRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly displayName: string | null;
  readonly category: string | null;
}
const ROLES: Named<RoleRow> = {
  kind: 'role_key',
  statement: NAMED.roles,
  keysOf: ({ name, description, displayName, category }) => ({
    nameKey: comparisonKey(name),
    filterKeys: keysOfTexts({ description, display_name: displayName, category }),
  }),
  columns: { nameKey: 'name_key', filterKeys: 'filter_keys' },
};
const APPLICATIONS: Named<Application> = {
  kind: 'application_key',
  statement: NAMED.applications,
  keysOf: applicationKeys,
  columns: { searchKey: 'search_key', descriptionKey: 'description_key' },
};

/** The entries of the attributes as the statement answers them, in the order of the collation "C". */
function entriesOf({ attributes }: User): string[] {
  const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
  return attributeEntries(attributes)
    .sort((one, other) => byBytes(one.path, other.path) || byBytes(one.value, other.value))
    .map(({ path, value }) => `${path} ${value}`);
}

/** Compares the comparison keys of a tenant with those that the code makes of the names, a few thousand rows at a time. */
export async function wrongKeys(transaction: Transaction, scope: TenantScope, most: number): Promise<Differences> {
  const found: Difference[] = [];
  let total = 0;
  const add = (difference: Difference): void => {
    total += 1;
    if (found.length < most) found.push(difference);
  };
  await compare(transaction, scope, USERS, add);
  await compare(transaction, scope, GROUPS, add);
  await compare(transaction, scope, ROLES, add);
  for (const described of DESCRIBED) await compare(transaction, scope, described, add);
  await compare(transaction, scope, APPLICATIONS, add);
  return { found, total };
}

async function compare<Row extends { readonly id: string }>(
  transaction: Transaction,
  { tenantId }: TenantScope,
  { kind, statement, keysOf, columns, isSubject = false }: Named<Row>,
  add: (difference: Difference) => void,
): Promise<void> {
  for (let after = FIRST; ;) {
    const batch = await transaction.query<Row>(statement, [tenantId, after, BATCH]);
    for (const row of batch) {
      for (const [field, due] of Object.entries(keysOf(row))) {
        const kept: unknown = Reflect.get(row, field);
        if (isDeepStrictEqual(kept, due)) continue;
        const [owner, subject] = isSubject ? [tenantId, row.id] : [row.id, null];
        add({ kind, owner, subject, detail: columns[field] ?? field });
      }
    }
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    after = last.id;
  }
}
