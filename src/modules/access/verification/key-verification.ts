import { comparisonKey } from '../../../kernel/comparison-key.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { Transaction } from '../../../persistence/unit-of-work.js';
import type { Statement } from '../../../persistence/statement.js';
import { applicationKeys, type Application } from '../../applications/index.js';
import { userKeys, type User } from '../../users/index.js';
import type { Difference, Differences } from './difference.js';
import { NAMED } from './verification.queries.js';

const BATCH = 5000;
const FIRST = '00000000-0000-0000-0000-000000000000';

type Keys = Readonly<Record<string, string>>;

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
  keysOf: userKeys,
  columns: { userNameKey: 'user_name_key', displayNameKey: 'display_name_key', searchKey: 'search_key' },
  isSubject: true,
};
/** What has a name and its key alone. */
const NAMED_ALONE = (['group', 'role', 'workspace', 'project'] as const).map(
  (kind): Named<{ readonly id: string; readonly name: string }> => ({
    kind: `${kind}_key`,
    statement: NAMED[`${kind}s`],
    keysOf: ({ name }) => ({ nameKey: comparisonKey(name) }),
    columns: { nameKey: 'name_key' },
  }),
);
const APPLICATIONS: Named<Application> = {
  kind: 'application_key',
  statement: NAMED.applications,
  keysOf: applicationKeys,
  columns: { searchKey: 'search_key' },
};

/** Compares the comparison keys of a tenant with those that the code makes of the names, a few thousand rows at a time. */
export async function wrongKeys(transaction: Transaction, scope: TenantScope, most: number): Promise<Differences> {
  const found: Difference[] = [];
  let total = 0;
  const add = (difference: Difference): void => {
    total += 1;
    if (found.length < most) found.push(difference);
  };
  await compare(transaction, scope, USERS, add);
  for (const named of NAMED_ALONE) await compare(transaction, scope, named, add);
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
        if (kept === due) continue;
        const [owner, subject] = isSubject ? [tenantId, row.id] : [row.id, null];
        add({ kind, owner, subject, detail: columns[field] ?? field });
      }
    }
    const last = batch.at(-1);
    if (!last || batch.length < BATCH) return;
    after = last.id;
  }
}
