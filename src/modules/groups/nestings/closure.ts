import type { TenantScope } from '../../../kernel/scope.js';
import type { Transaction } from '../../../persistence/transaction.js';
import * as queries from './nestings.queries.js';

interface Around {
  readonly above: string[];
  readonly below: string[];
}

/** Waits until no other transaction changes the nestings of the tenant. */
export async function lockNestings(transaction: Transaction, scope: TenantScope): Promise<void> {
  await transaction.query(queries.LOCK_NESTINGS, [scope.tenantId]);
}

/** Runs `change`, which takes nestings between `upper` and `lower` away, and brings the closure after it. */
export async function withClosureOpened<T>(
  transaction: Transaction,
  scope: TenantScope,
  pair: { readonly upper: string; readonly lower: string },
  change: () => Promise<T>,
): Promise<T> {
  const [around] = await transaction.query<Around>(queries.AROUND, [scope.tenantId, pair.upper, pair.lower]);
  const result = await change();
  const values = [scope.tenantId, around?.above ?? [], around?.below ?? []];
  await transaction.query(queries.OPEN_AROUND, values);
  await transaction.query(queries.CLOSE_AROUND, values);
  return result;
}
