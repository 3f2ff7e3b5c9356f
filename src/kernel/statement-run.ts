/** What a watch is told of a statement. */
export interface WatchedStatement {
  /** Empty where it has none. */
  readonly name: string;
  readonly text: string;
}

/** How a statement went. Times are those of `performance.now()`. */
export interface StatementRun {
  readonly statement: WatchedStatement;
  readonly begun: number;
  readonly ended: number;
  readonly failed: boolean;
}
