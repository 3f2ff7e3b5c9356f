import type { FieldIssue } from '../kernel/domain-error.js';

/** Deepest nesting of a body that is read; far beyond what any request needs. */
const DEEPEST = 32;

type Location = readonly (string | number)[];

/**
 * Where a request holds text that PostgreSQL cannot keep as it is: NUL characters, and halves of surrogate pairs (they
 * are no text in UTF-8, RFC 3629 section 3). Also refuses nesting deeper than 32. Looks at keys and values alike.
 */
export function unstorableStrings(value: unknown, at: Location): FieldIssue[] {
  const issues: FieldIssue[] = [];
  const pending: { value: unknown; loc: Location }[] = [{ value, loc: at }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { loc } = next;
    if (loc.length > DEEPEST) {
      return [{ loc: loc.slice(0, 2), msg: `must not be nested deeper than ${DEEPEST} levels`, type: 'too_deep' }];
    }
    if (typeof next.value === 'string') {
      if (isUnstorable(next.value)) issues.push(issueAt(loc, 'must not hold NUL characters or unpaired surrogates'));
    } else if (typeof next.value === 'object' && next.value !== null) {
      for (const [key, inner] of Object.entries(next.value)) {
        if (isUnstorable(key))
          issues.push(issueAt(loc, 'must not have names with NUL characters or unpaired surrogates'));
        else pending.push({ value: inner, loc: [...loc, Array.isArray(next.value) ? Number(key) : key] });
      }
    }
  }
  return issues;
}

/** Whether the text holds what PostgreSQL cannot keep. */
export function isUnstorable(text: string): boolean {
  return text.includes('\u0000') || !text.isWellFormed();
}

function issueAt(loc: Location, msg: string): FieldIssue {
  return { loc, msg, type: 'unstorable_text' };
}
