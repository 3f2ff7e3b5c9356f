/** Statements without a name of their own: those that TypeORM builds, and those that are put together for one question. */
const VERB = /^\s*(?:WITH\b|([a-z]+))/i;
const TABLE = /\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?"?([a-z_][a-z0-9_]*)"?/i;

/** What traces and logs call a statement: its name, or else what it does to which table. Never more of its text. */
export function labelOf({ name, text }: { readonly name: string; readonly text: string }): string {
  if (name !== '' && !name.startsWith('orm.')) return name;
  const verb = (VERB.exec(text)?.[1] ?? 'with').toLowerCase();
  const table = TABLE.exec(text)?.[1];
  return table === undefined ? verb : `${verb} ${table}`;
}
