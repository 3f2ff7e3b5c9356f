import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import type { Statement } from '../../../persistence/statement.js';
import { SHARE_RULES } from '../../tenants/index.js';
import { isTooSlow, tooSlow } from './rule-too-slow.js';
import { parseRule, type Rule } from './rule.js';
import * as queries from './rules.queries.js';

/** An open transaction of a request or of a file. */
interface Runner {
  query<Row>(statement: Statement, values: unknown[]): Promise<Row[]>;
}

/** How many came into a group, and how many left it. */
export interface Moved {
  readonly joined: number;
  readonly left: number;
}

/** The texts of a rule before and after a change; null: there is none. */
interface RuleTexts {
  readonly groupId: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A change to a rule that there is. */
export interface RuleChange extends RuleTexts {
  readonly after: string;
  readonly rule: Rule;
}

/**
 * Makes the members of a group those for whom the rule holds, under LOCK_RULES, with one event for all of them.
 * Errors: 400 `rule_too_slow`.
 */
export async function applyRule(runner: Runner, scope: TenantScope, change: RuleChange): Promise<Moved> {
  await runner.query(queries.RENEW_RULES, [scope.tenantId]);
  const values: unknown[] = [scope.tenantId, change.groupId];
  const statement = queries.makeMembers(change.rule, values);
  try {
    const [moved = { joined: 0, left: 0 }] = await runner.query<Moved>(statement, values);
    await recordRule(runner, scope, change, moved);
    return moved;
  } catch (error) {
    throw isTooSlow(error) ? tooSlow() : error;
  }
}

/** One event for a rule, whoever it moved. */
export async function recordRule(
  runner: Runner,
  scope: TenantScope,
  { groupId, before, after }: RuleTexts,
  { joined, left }: Moved,
): Promise<void> {
  await runner.query(queries.RECORD_RULE, [scope.tenantId, actorJson(scope), groupId, before, after, joined, left]);
}

/** Makes and removes users under the rules as they are, until the transaction ends. It comes before any of them is written. */
export async function shareRules(runner: Runner, scope: TenantScope): Promise<void> {
  await runner.query(SHARE_RULES, [scope.tenantId]);
}

/** Lets users who have just been made, under `shareRules`, into the groups whose rules hold for them; told by their ordinals. */
export async function joinByRules(
  runner: Runner,
  scope: TenantScope,
  made: { readonly first: number; readonly count: number },
): Promise<void> {
  const rows = await runner.query<{ id: string; rule: string }>(queries.READ_RULES, [scope.tenantId]);
  for (let at = 0; at < rows.length; at += queries.MOST_RULES_AT_ONCE) {
    const next = rows.slice(at, at + queries.MOST_RULES_AT_ONCE);
    const rules = next.map(({ id, rule }) => ({ groupId: id, rule: parseRule(rule) }));
    const values: unknown[] = [scope.tenantId, actorJson(scope), made.first, made.first + made.count];
    const statement = queries.joinNewUsers(rules, values);
    await runner.query(statement, values);
  }
}
