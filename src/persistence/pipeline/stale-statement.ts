/** PostgreSQL's "prepared statement does not exist": the connection lost it, or a pooler gave us another server. */
const UNKNOWN_STATEMENT = '26000';
/** "cached plan must not change result type": the schema has changed since the statement was prepared. */
const CHANGED_STATEMENT = { code: '0A000', routine: 'RevalidateCachedQuery' } as const;

/** Whether a statement failed only because this connection's memory of it is of no use any more; it did nothing. */
export function isStaleStatement(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === UNKNOWN_STATEMENT || (code === CHANGED_STATEMENT.code && routine === CHANGED_STATEMENT.routine);
}
