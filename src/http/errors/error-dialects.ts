import type { Refusal } from './refusal.js';

/** Puts a refusal into the words of one published surface. */
type ErrorDialect = (refusal: Refusal, requestId: string) => object;

/** Contract 1 and the native resources: `{detail, code, request_id}`; where values are wrong, `detail` lists them. */
const native: ErrorDialect = (refusal, requestId) => ({
  detail: refusal.issues.length > 0 ? refusal.issues : refusal.message,
  code: refusal.code,
  request_id: requestId,
});

/** The surface that a path belongs to, by its first segment; a new surface is a line here. */
const DIALECTS: readonly (readonly [prefix: string, dialect: ErrorDialect])[] = [['/', native]];

/** The body of the answer to a refused request. */
export function errorBody(path: string, refusal: Refusal, requestId: string): object {
  const dialect = DIALECTS.find(([prefix]) => path.startsWith(prefix))?.[1] ?? native;
  return dialect(refusal, requestId);
}
