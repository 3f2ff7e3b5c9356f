import { createHash } from 'node:crypto';

const names = new Map<string, string>();
/** TypeORM builds a few dozen texts in all; a bound for those that are put together. */
const MOST_NAMES = 2000;

/** A stable name for a generated statement, so that it is prepared once a connection like the hand-written ones. */
export function statementNameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `orm.${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  if (names.size < MOST_NAMES) names.set(text, name);
  return name;
}
