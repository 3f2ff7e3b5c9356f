import type { AnyScope } from '../../kernel/scope.js';
import { enteringFor, type Entrance } from '../database-role.js';
import { textFor, type Statement } from '../statement.js';
import type { Sent } from './batch.js';

/** How this service speaks to its connections. */
export interface SendOptions {
  /** Whether statements with a name are kept prepared. */
  readonly prepared: boolean;
  /** Whether each is one session of the server; a pooler gives every transaction another. */
  readonly inSession: boolean;
  readonly entrance: Entrance;
}

/** A statement as it is sent: with its name where it is to be kept prepared. */
export function sentAs(
  statement: Pick<Statement, 'name' | 'text' | 'onCitus'>,
  values: readonly unknown[],
  { prepared, inSession, entrance }: SendOptions,
): Sent {
  const name = prepared ? statement.name : '';
  return { name, text: textFor(statement, entrance.topology), values, inSession };
}

/**
 * One statement that runs inside a tenant's (or the platform's) scope, in one round trip: what enters the scope and the
 * statement are one batch, so the role and the tenant hold for exactly this statement. A write that fails leaves nothing
 * behind.
 */
export function scoped(
  scope: AnyScope,
  statement: Statement,
  values: readonly unknown[],
  options: SendOptions,
): readonly Sent[] {
  const entering = enteringFor(scope, options.entrance, statement);
  return [sentAs(entering, entering.values, options), sentAs(statement, values, options)];
}
