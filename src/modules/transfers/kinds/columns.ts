import { complaintOf, ruleOf, shown, type FieldRule } from '../../../http/fields/field.js';
import { MOMENT_RULE } from '../../../http/fields/moment.js';
import { unstorableValues } from '../../../http/unstorable-values.js';
import { isUuid } from '../../../kernel/ids.js';

/** A value on its way into the staging table; null where the line says nothing. */
export type Staged = string | null;

/** Takes what is wrong with a value of the line that is being read. */
export type Report = (column: string, code: string, message: string) => void;

/** One column of a file. `read` is given what the line says there, and answers it as it is staged. */
export interface Column {
  readonly name: string;
  /** Whether every line must say something there. */
  readonly required: boolean;
  /** Passed over: the service itself writes what stands there. */
  readonly ignored: boolean;
  readonly rule: FieldRule;
  readonly read: (value: unknown, report: Report) => Staged;
}

const ID_RULE: FieldRule = { type: 'uuid', expected: 'a UUID', accepts: isUuid };

function column(name: string, rule: FieldRule, read: Column['read']): Column {
  return { name, rule, read, required: false, ignored: false };
}

/** A text that follows the rule of a request's field, with the same refusals. */
export function text(request: new () => object, name: string): Column {
  const rule = ruleOf(request, name);
  return column(name, rule, (value, report) => (isGood(name, rule, value, report) ? value : null));
}

/** The same, where every line must have one. */
export function required(of: Column): Column {
  return { ...of, required: true };
}

/** A text by which a line refers to a row, as `field` of a request that makes such rows. */
export function reference(name: string, request: new () => object, field: string): Column {
  const rule = ruleOf(request, field);
  return column(name, rule, (value, report) => (isGood(name, rule, value, report) ? value : null));
}

/** A UUID, in lower case. */
export function id(name: string): Column {
  return column(name, ID_RULE, (value, report) => (isGood(name, ID_RULE, value, report) ? value.toLowerCase() : null));
}

/** A date and time, as UTC with milliseconds. */
export function moment(name: string): Column {
  const read: Column['read'] = (value, report) =>
    isGood(name, MOMENT_RULE, value, report) ? new Date(value).toISOString() : null;
  return column(name, MOMENT_RULE, read);
}

/** A JSON object that follows the rule of a request's field; in CSV it comes as text. */
export function json(request: new () => object, name: string): Column {
  const rule = ruleOf(request, name);
  return column(name, rule, (value, report) => {
    const object = typeof value === 'string' ? parsed(value) : value;
    if (!rule.accepts(object)) {
      report(name, rule.type, complaintOf(rule, name, value).msg);
      return null;
    }
    const [issue] = unstorableValues(object, [name]);
    if (issue) report(name, issue.type, `${issue.loc.join('.')} ${issue.msg}`);
    return JSON.stringify(object);
  });
}

/** What an export has and the service writes by itself. */
export function ignored(name: string): Column {
  return { ...column(name, MOMENT_RULE, () => null), ignored: true };
}

function isGood(name: string, rule: FieldRule, value: unknown, report: Report): value is string {
  if (typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed())) {
    report(name, 'unstorable_text', `${name} must not hold NUL characters or unpaired surrogates`);
    return false;
  }
  if (rule.accepts(value)) return true;
  report(name, rule.type, complaintOf(rule, name, value).msg);
  return false;
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

/** Reports bounds in the wrong order, in the words of the requests that take them. */
export function checkBounds(from: Staged, until: Staged, report: Report): void {
  if (from === null || until === null || from < until) return;
  report('valid_until', 'after_valid_from', `valid_until must be after valid_from, not ${until}`);
}

/** Reports where a line does not say exactly one of `columns`. */
export function checkOne(columns: readonly string[], values: readonly Staged[], report: Report): void {
  const given = columns.filter((_, index) => values[index] !== null);
  if (given.length === 1) return;
  const all = `one of ${columns.join(', ')}`;
  if (given.length === 0) report(columns[0] ?? '', 'missing', `${all} is required`);
  else report(given[1] ?? '', 'ambiguous', `only ${all} may be given, not ${shown(given.join(', '))}`);
}
