import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import { NO_COLUMNS, layoutOf, rowOf, type ColumnDescription, type RowLayout } from './row-layout.js';

/** A statement of a batch. One without a name is not kept prepared. */
export interface Sent {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /** Whether the server is to say at once that it has ended: else it says so of the whole batch in one go. */
  readonly flushed?: boolean;
  /** Whether it is kept by the very session that runs it. A pooler may have another one prepare it, later and with other columns. */
  readonly inSession?: boolean;
}

/** Is told that the statement at this place of a batch has ended, at the time where it was `flushed`. */
export type OnEnded = (at: number) => void;

/** The part of pg's connection that a query writes its messages to. */
interface Wire {
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  parse(message: { name: string; text: string }): void;
  close(message: { type: 'S'; name: string }): void;
  bind(message: { portal: string; statement: string; values: readonly unknown[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  flush(): void;
  sync(): void;
}

/** A statement that a connection has had prepared. */
interface Prepared {
  /**
   * Asked for once: PostgreSQL refuses to run a prepared statement whose rows have other columns now ("cached plan must not change
   * result type").
   */
  layout?: RowLayout;
}

/** By their names, as they were prepared last. */
const PREPARED = new WeakMap<Wire, Map<string, Prepared>>();

/** The protocol hooks of pg's Query, which its published types leave out. */
interface QueryHooks {
  queryMode: 'extended';
  readonly _result: { readonly rows: unknown[] };
  /** What has gone wrong with a row: the query is refused for it when it has ended. */
  _canceledDueToError: unknown;
  prepare(wire: Wire): void;
  handleRowDescription(message: { fields: readonly ColumnDescription[] }): void;
  handleDataRow(message: { fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleError(error: unknown, wire: Wire): void;
}

type Callback = (error: Error | null, result: pg.QueryResult) => void;

const Query = pg.Query as unknown as new (text: string, values: [], callback: Callback) => pg.Query & QueryHooks;

/**
 * Statements that are written as one message batch with a single Sync behind them, in one round trip; the last one
 * answers. PostgreSQL stops at the first that fails. Outside of a transaction it runs such a batch as one (manual,
 * "Pipelining"), so that what an earlier one sets for the transaction holds for the later ones and is gone after them,
 * and a transaction pooler cannot part them.
 */
class Batch extends Query {
  readonly #statements: readonly Sent[];
  readonly #values: readonly (readonly (string | Buffer | null)[])[];
  #completed = 0;
  /** The last statement, where what it answers is known once and for all. */
  #prepared: Prepared | undefined;
  #layout: RowLayout | undefined;

  constructor(
    statements: readonly Sent[],
    private readonly onEnded: OnEnded | undefined,
    callback: Callback,
  ) {
    // Said one by one: pg copies a configuration by its property descriptors, which takes longer than all else here.
    super(statements.at(-1)?.text ?? '', [], callback);
    this.queryMode = 'extended';
    // Here, where nothing is sent yet: what is no value must not leave half a batch on the wire.
    this.#values = statements.map(({ values }) => values.map((value) => prepareValue(value)));
    this.#statements = statements;
  }

  override prepare(wire: Wire): void {
    const last = this.#statements.length - 1;
    for (const [index, statement] of this.#statements.entries()) {
      parse(wire, statement);
      wire.bind({ portal: '', statement: statement.name, values: this.#values[index] ?? [] });
      if (index === last) this.#expectRows(wire, statement);
      wire.execute({ portal: '', rows: 0 });
      if (statement.flushed) wire.flush();
    }
    wire.sync();
  }

  override handleRowDescription({ fields }: { fields: readonly ColumnDescription[] }): void {
    this.#layout = layoutOf(fields);
    if (this.#prepared) this.#prepared.layout = this.#layout;
  }

  override handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (!this.#layout || this.#completed < this.#statements.length - 1) return;
    try {
      this._result.rows.push(rowOf(this.#layout, fields));
    } catch (error) {
      this._canceledDueToError = error;
    }
  }

  override handleCommandComplete(message: unknown, wire: Wire): void {
    const statement = this.#statements[this.#completed];
    const isLast = this.#completed === this.#statements.length - 1;
    if (statement && statement.name !== '') keep(wire, statement);
    if (isLast && this.#prepared) this.#prepared.layout ??= NO_COLUMNS;
    this.onEnded?.(this.#completed);
    if (isLast) super.handleCommandComplete(message, wire);
    this.#completed += 1;
  }

  override handleError(error: unknown, wire: Wire): void {
    // Whether the server has prepared the one that failed, nobody says; those behind it it has not looked at.
    for (const { name } of this.#statements.slice(this.#completed)) forget(wire, name);
    super.handleError(error, wire);
  }

  /** Only the last one's rows are wanted. */
  #expectRows(wire: Wire, { name, inSession = false }: Sent): void {
    this.#prepared = inSession ? PREPARED.get(wire)?.get(name) : undefined;
    this.#layout = this.#prepared?.layout;
    if (!this.#layout) wire.describe({ type: 'P', name: '' });
  }
}

/** Has the server prepare what this connection does not keep yet. */
function parse(wire: Wire, { name, text }: Sent): void {
  const isNamed = name !== '';
  if (isNamed && (wire.parsedStatements[name] ?? wire.submittedNamedStatements[name]) !== undefined) return;
  // It may be there from a batch that failed behind its Parse. To close what is not there is no error.
  if (isNamed) wire.close({ type: 'S', name });
  wire.parse({ name, text });
  if (!isNamed) return;
  wire.submittedNamedStatements[name] = text;
  const prepared = PREPARED.get(wire) ?? new Map<string, Prepared>();
  PREPARED.set(wire, prepared.set(name, {}));
}

function keep(wire: Wire, { name, text }: Sent): void {
  wire.parsedStatements[name] = text;
  forget(wire, name);
}

function forget(wire: Wire, name: string): void {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- pg keeps its names as the keys of an object
  delete wire.submittedNamedStatements[name];
}

/** Sends statements as one batch on this connection, pipelined or not, and answers the last one's result. Rejects with pg's own error. */
export function sendBatch(
  client: pg.ClientBase,
  statements: readonly Sent[],
  onEnded?: OnEnded,
): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const callback: Callback = (error, result) => {
      if (error) reject(error);
      else resolve(result);
    };
    client.query(new Batch(statements, onEnded, callback));
  });
}
