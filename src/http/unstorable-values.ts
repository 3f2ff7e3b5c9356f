import type { FieldIssue } from '../kernel/domain-error.js';

/** Deepest nesting of a body that is read; far beyond what any request needs. */
const DEEPEST = 32;

type Location = readonly (string | number)[];

/**
 * Where a request holds what cannot be kept as it was sent: NUL characters and halves of surrogate pairs (no text in
 * UTF-8, RFC 3629 section 3), numbers too large for a double (JSON.parse makes them Infinity, which is no JSON), and
 * nesting deeper than 32. Also `__proto__`, which is a danger to whoever reads it back. Looks at names and values alike, without recursion.
 */
export function unstorableValues(value: unknown, at: Location): FieldIssue[] {
  if (isStorable(value, at.length)) return [];
  const issues: FieldIssue[] = [];
  const pending: { value: unknown; loc: Location }[] = [{ value, loc: at }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value: found, loc } = next;
    if (loc.length > DEEPEST) {
      return [{ loc: loc.slice(0, 2), msg: `must not be nested deeper than ${DEEPEST} levels`, type: 'too_deep' }];
    }
    if (typeof found === 'string' && isUnstorable(found)) issues.push(badText(loc, 'must not hold'));
    if (typeof found === 'number' && !Number.isFinite(found)) {
      issues.push({
        loc,
        msg: 'must be a number that fits a double (at most about 1.8e308)',
        type: 'number_too_large',
      });
    }
    if (typeof found !== 'object' || found === null) continue;
    for (const [name, inner] of Object.entries(found)) {
      if (isUnstorable(name)) issues.push(badText(loc, 'must not have names with'));
      else if (name === '__proto__')
        issues.push({ loc: [...loc, name], msg: 'must not be used as a name', type: 'forbidden_name' });
      else pending.push({ value: inner, loc: [...loc, Array.isArray(found) ? Number(name) : name] });
    }
  }
  return issues;
}

/** The same without saying where, and without making anything: what nearly every request is. `depth` has a bound. */
function isStorable(value: unknown, depth: number): boolean {
  if (depth > DEEPEST) return false;
  if (typeof value === 'string') return !isUnstorable(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((inner) => isStorable(inner, depth + 1));
  return Object.keys(value).every(
    (name) => !isUnstorable(name) && name !== '__proto__' && isStorable(Reflect.get(value, name), depth + 1),
  );
}

function isUnstorable(text: string): boolean {
  return text.includes('\u0000') || !text.isWellFormed();
}

function badText(loc: Location, refusal: string): FieldIssue {
  return { loc, msg: `${refusal} NUL characters or unpaired surrogates`, type: 'unstorable_text' };
}
