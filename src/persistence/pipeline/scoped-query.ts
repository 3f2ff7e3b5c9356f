import pg from 'pg';
import type { AnyScope } from '../../kernel/scope.js';
import { enteringFor, type SessionLimits } from '../database-role.js';
import type { Statement } from '../statement.js';

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
  name: string | undefined;
  queryMode: 'extended';
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

type Callback = (error: Error | null, result: pg.QueryResult) => void;

const Query = pg.Query as unknown as new (text: string, values: unknown[], callback: Callback) => pg.Query & QueryHooks;

/** How this service speaks to its connections. */
export interface SendOptions {
  /** Whether statements with a name are kept prepared. */
  readonly prepared: boolean;
  readonly limits: SessionLimits | null;
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

  constructor(scope: AnyScope, statement: Statement, values: unknown[], options: SendOptions, callback: Callback) {
    // Said one by one: pg copies a configuration by its property descriptors, which takes longer than all else here.
    super(statement.text, values, callback);
    this.queryMode = 'extended';
    if (options.prepared && statement.name !== '') this.name = statement.name;
    this.#enter = enteringFor(scope, options.limits, statement);
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

  // The first row and the first completion of the batch are those of entering.
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
    const callback: Callback = (error, result) => {
      if (error) reject(error);
      else resolve(result);
    };
    client.query(new ScopedQuery(scope, statement, values, options, callback));
  });
}
