import type { BoundFilter } from '../../../kernel/filter/bound-filter.js';
import { bindFilter } from '../../../kernel/filter/bind-filter.js';
import { DomainError, invalid } from '../../../kernel/domain-error.js';
import { parseFilter } from '../../../kernel/filter/parse-filter.js';
import type { SqlAttribute } from '../../../persistence/filter/sql-attribute.js';
import { USER_FILTER } from '../../users/index.js';

/** Who belongs to a dynamic group: a filter over users, read. */
export type Rule = BoundFilter<SqlAttribute>;

/** The rule of one dynamic group. */
export interface RuleOfGroup {
  readonly groupId: string;
  readonly rule: Rule;
}

/** Errors: 400 `invalid_filter` as filters of lists have it. */
export function parseRule(text: string): Rule {
  return bindFilter(parseFilter(text), USER_FILTER);
}

/** What is wrong with the text of a rule, and where: `rule, at position 3: ...`; null where nothing is. */
export function complaintOfRule(text: string): string | null {
  try {
    parseRule(text);
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_filter')
      return error.message.replace(/^filter/, 'rule');
    throw error;
  }
}

/** The rule of a request's body. Errors: 422 `invalid_filter` with the position. */
export function readRule(text: string): Rule {
  const complaint = complaintOfRule(text);
  if (complaint !== null) throw invalid(['body', 'rule'], complaint, 'invalid_filter');
  return parseRule(text);
}
