import type { StatementRun } from './statement-run.js';

/** The trace of one request, where traces are on. */
export interface RequestTrace {
  /** 32 hexadecimal digits, as W3C Trace Context has them. */
  readonly traceId: string;
  /** A statement that has ended. `name` is that of the statement and never its text or its values. */
  statement(name: string, run: Omit<StatementRun, 'statement'>): void;
}
