import { comparisonKey } from '../../../kernel/comparison-key.js';
import { DomainError, listedIssues, type FieldIssue } from '../../../kernel/domain-error.js';
import type { EntitlementRightFields } from '../dto/entitlement.requests.js';

/** A right as it is kept. */
export interface Right {
  readonly name: string;
  readonly label: string | null;
  readonly mandatory: boolean;
  readonly multivalued: boolean;
  /** Empty: any value. */
  readonly values: string[];
}

/** A value with the right that it is of. */
export interface RightValue {
  readonly right: Right;
  readonly value: string;
}

/**
 * The rights as asked for. Every value is one right's, so that values need no names: no two rights allow the same one,
 * and only one takes any. Errors: 400 naming each that breaks this.
 */
export function rightsOf(asked: readonly EntitlementRightFields[]): Right[] {
  const issues: FieldIssue[] = [];
  const names = new Set<string>();
  const owners = new Map<string, string>();
  let takesAny: string | null = null;
  for (const [index, { name, values = [] }] of asked.entries()) {
    const refuse = (field: string, msg: string): number =>
      issues.push({ loc: ['body', 'rights', index, field], msg, type: 'right' });
    if (names.has(comparisonKey(name))) refuse('name', `name must be unique in the entitlement, not "${name}" again`);
    names.add(comparisonKey(name));
    if (values.length === 0) {
      if (takesAny !== null)
        refuse('values', `values must be listed, because right "${takesAny}" takes any value already`);
      takesAny ??= name;
    }
    const repeated = values.find((value) => owners.has(value));
    if (repeated !== undefined)
      refuse('values', `values must be of one right only: "${repeated}" is of right "${owners.get(repeated) ?? ''}"`);
    for (const value of values) owners.set(value, name);
  }
  if (issues.length > 0) {
    throw new DomainError('invalid', 'validation_failed', issues[0]?.msg ?? '', listedIssues(issues));
  }
  return asked.map(({ name, label, mandatory, multivalued, values }) => ({
    name,
    label: label ?? null,
    mandatory: mandatory ?? false,
    multivalued: multivalued ?? false,
    values: values ?? [],
  }));
}

/**
 * The values with their rights; repeats count once. Errors: 400 `wrong_right_values` for a value that no right allows, and
 * for several values of a right that takes one.
 */
export function valuesWithRights(rights: readonly Right[], values: readonly string[]): RightValue[] {
  const any = rights.find((right) => right.values.length === 0);
  const found = [...new Set(values)].map((value) => {
    const right = rights.find((each) => each.values.includes(value)) ?? any;
    if (!right) throw wrong(`No right of the entitlement allows the value "${value}"; allowed are ${allowed(rights)}.`);
    return { right, value };
  });
  for (const right of rights) {
    const its = found.filter((each) => each.right === right);
    if (right.multivalued || its.length < 2) continue;
    const listed = its.map(({ value }) => `"${value}"`).join(', ');
    throw wrong(`The right "${right.name}" takes one value only, not ${listed}.`);
  }
  return found;
}

/** Errors: 400 `wrong_right_values` where one of the rights is mandatory and has no value. */
export function requireMandatory(rights: readonly Right[], found: readonly RightValue[]): void {
  const missing = rights.find(({ name, mandatory }) => mandatory && !found.some(({ right }) => right.name === name));
  if (missing) throw wrong(`The right "${missing.name}" must have a value.`);
}

function wrong(message: string): DomainError {
  return new DomainError('malformed', 'wrong_right_values', message);
}

/** Values that a message lists at most. */
const MOST_LISTED = 20;

function allowed(rights: readonly Right[]): string {
  const values = rights.flatMap((right) => right.values);
  if (values.length === 0) return 'none';
  const listed = values.slice(0, MOST_LISTED).map((value) => `"${value}"`);
  return [...listed, ...(values.length > MOST_LISTED ? ['...'] : [])].join(', ');
}
