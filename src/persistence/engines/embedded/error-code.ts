/** Reading thrown values of unknown type: system errors and PostgreSQL errors both carry a string `code`. */

/** `ENOENT` and its like, or an SQLSTATE; undefined when the value carries none. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The text of any thrown value. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
