import { createHash } from 'node:crypto';

const names = new Map<string, string>();
/** TypeORM builds a few dozen texts in all, and a few hundred are written by hand; a bound for those that are put together. */
const MOST_NAMES = 2000;

/** The names of the statements that are written by hand, by their texts. */
const written = new Map<string, string>();

/** Keeps the name of a statement that is written by hand, for where only its text is at hand. */
export function keepName(name: string, text: string): void {
  if (written.size < MOST_NAMES) written.set(text, name);
}

/** The name of a statement that is written by hand; empty for all others. */
export function nameOfText(text: string): string {
  return written.get(text) ?? '';
}

/** A stable name for a generated statement, so that it is prepared once a connection like the hand-written ones. */
export function statementNameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `orm.${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  if (names.size < MOST_NAMES) names.set(text, name);
  return name;
}
