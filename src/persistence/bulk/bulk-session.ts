import type { Writable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { AnyScope } from '../../kernel/scope.js';
import { textFor, type Statement } from '../statement.js';
import type { Topology } from '../topology/topology.js';

/** One transaction on a connection of its own, inside its scope and without the time limits of requests. */
export class BulkSession {
  constructor(
    private readonly scope: AnyScope,
    private readonly client: pg.Client,
    readonly topology: Topology,
  ) {}

  /** Runs one statement and answers its rows. Rejects with pg's own error. */
  async query<Row>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    this.scope.statements += 1;
    const { rows } = await this.client.query(textFor(statement, this.topology), values);
    return rows as Row[];
  }

  /**
   * Where rows in PostgreSQL's text format of COPY are written to; it takes no more than the server has taken. Only for
   * temporary tables: row-level security refuses COPY into the tables of tenants.
   */
  copyInto(table: string, columns: readonly string[]): Writable {
    this.scope.statements += 1;
    return this.client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  }
}

/** What COPY's text format writes with a backslash. */
const ESCAPED = /[\\\n\r\t]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One row in PostgreSQL's text format of COPY. The values hold no NUL character: no text of PostgreSQL does. */
export function copyRow(values: readonly (string | number | null)[]): string {
  let row = '';
  for (const [index, value] of values.entries()) {
    if (index > 0) row += '\t';
    if (value === null) row += '\\N';
    else if (typeof value === 'number') row += String(value);
    else row += value.replace(ESCAPED, (character) => ESCAPES[character] ?? character);
  }
  return `${row}\n`;
}
