/** What no answer may ever show: SQL, stacks, files, the names of what we are made of. */
export const LEAKS =
  /\b(SELECT|INSERT|UPDATE|DELETE FROM|syntax error|relation "|violates|pg_|doorlist_(tenant|platform)|QueryFailedError|TypeError|RangeError|ECONN|FST_ERR)|\n\s+at |\/(node_modules|dist|src|home|work|var)\/|\.(js|ts):\d/;

/** What an error says by itself: the wrong values that it repeats are the sender's, and some of those look like SQL. */
export function ownWords(messages: readonly string[], { path, body }: { path: string; body: unknown }): string[] {
  const sent = [...textsIn(body), ...path.split(/[/?&=]/).map(readable)].filter((text) => text.length > 3);
  const longestFirst = sent.toSorted((left, right) => right.length - left.length);
  return messages.map((message) =>
    longestFirst.reduce((rest, text) => rest.replaceAll(text, ''), message.split(', not ')[0]!),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, JSON.stringify(value).slice(1, -1)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}

function readable(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
