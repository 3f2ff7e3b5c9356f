import pg from 'pg';
import type { AnyScope } from '../../kernel/scope.js';
import { enteringFor, type Entrance } from '../database-role.js';
import { textFor, type Statement } from '../statement.js';

/** The part of pg's connection that a query writes its messages to. */
interface Wire {
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  parse(message: { name: string; text: string; types?: number[] }): void;
  bind(message: {
    portal: string;
    statement: string;
    values: string[];
    valueMapper: (value: unknown) => unknown;
  }): void;
  execute(message: { portal: string; rows: number }): void;
}

/** The protocol hooks of pg's Query, which its published types leave out. */
interface QueryHooks {
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

const Query = pg.Query as unknown as new (
  config: { name?: string; text: string; values: unknown[]; queryMode: 'extended' },
  values: undefined,
  callback: (error: Error | null, result: pg.QueryResult) => void,
) => pg.Query & QueryHooks;

/** How this service speaks to its connections. */
export interface SendOptions {
  /** Whether statements with a name are kept prepared. */
  readonly prepared: boolean;
  readonly entrance: Entrance;
}

const NOT_PREPARED = '';
const asIs = (value: unknown): unknown => value;

/**
 * One statement that runs inside a tenant's (or the platform's) scope, in one round trip.
 *
 * It writes what enters the scope and the statement as one message batch with a single Sync behind both. PostgreSQL runs such a
 * batch as one implicit transaction (manual, "Pipelining"), so the role and the tenant hold for exactly this statement,
 * are gone after it, and a transaction pooler cannot part the two. A write that fails leaves nothing behind.
 */
class ScopedQuery extends Query {
  readonly #enter: ReturnType<typeof enteringFor>;
  readonly #prepared: boolean;
  #inScope = false;

  constructor(
    scope: AnyScope,
    statement: Statement,
    values: unknown[],
    options: SendOptions & { callback: (error: Error | null, result: pg.QueryResult) => void },
  ) {
    const named = options.prepared && statement.name !== '' ? { name: statement.name } : {};
    super(
      { ...named, text: textFor(statement, options.entrance.topology), values, queryMode: 'extended' },
      undefined,
      options.callback,
    );
    this.#enter = enteringFor(scope, options.entrance, statement);
    this.#prepared = options.prepared;
  }

  override prepare(wire: Wire): void {
    const name = this.#prepared ? this.#enter.name : NOT_PREPARED;
    if (!this.#prepared || !isKnown(wire, name)) {
      wire.parse({ name, text: this.#enter.text });
      if (this.#prepared) wire.submittedNamedStatements[name] = this.#enter.text;
    }
    wire.bind({ portal: '', statement: name, values: this.#enter.values, valueMapper: asIs });
    wire.execute({ portal: '', rows: 0 });
    super.prepare(wire);
  }

  // The first completion of the batch, and a row before it, are those of entering.
  override handleDataRow(message: unknown): void {
    if (this.#inScope) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.#inScope) super.handleCommandComplete(message, wire);
    else this.#inScope = true;
  }
}

function isKnown(wire: Wire, name: string): boolean {
  return wire.parsedStatements[name] !== undefined || wire.submittedNamedStatements[name] !== undefined;
}

/** Runs one statement in a scope on this connection, pipelined or not. Rejects with pg's own error. */
export function sendScoped(
  client: pg.ClientBase,
  scope: AnyScope,
  statement: Statement,
  values: unknown[],
  options: SendOptions,
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const callback = (error: Error | null, result: pg.QueryResult): void => {
      if (error) reject(error);
      else resolve(result);
    };
    client.query(new ScopedQuery(scope, statement, values, { ...options, callback }));
  });
}
