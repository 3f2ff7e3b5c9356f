import { Injectable } from '@nestjs/common';
import { Delegation } from '../../../kernel/delegation.js';
import { FilterSet } from '../../../kernel/filter/filter-set.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { inBatches } from '../../../persistence/in-batches.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { LOCK_RULES, SHARE_RULES } from '../../tenants/index.js';
import { UsersService, filterable, type User } from '../../users/index.js';
import { RuleCache } from './rule-cache.js';
import { applyRule, recordRule, type Moved, type RuleChange } from './rule-application.js';
import { parseRule } from './rule.js';
import * as queries from './rules.queries.js';

interface RulesOfUser {
  /** Null where the tenant never had a rule. */
  readonly version: string | null;
  /** The dynamic groups that the user is in. */
  readonly held: readonly string[];
}

/**
 * Who is in which dynamic group. Changes of users hold the rules of the tenant as they are until they commit, and changes of rules
 * hold the users, so that no user is judged by a rule that is gone; see docs/decisions/0019-dynamic-groups.md.
 */
@Injectable()
export class RuleMembers {
  readonly #cache = new RuleCache();

  constructor(
    users: UsersService,
    private readonly delegation: Delegation,
  ) {
    users.onChange(async (transaction, scope, { before, after }) => {
      // Whoever made a user holds the rules since its number was taken.
      if (before) transaction.later(SHARE_RULES, [scope.tenantId]);
      await this.#follow(transaction, scope, after.id, after);
    });
    users.onRemoval(async (transaction, scope, id) => {
      transaction.later(SHARE_RULES, [scope.tenantId]);
      await this.#follow(transaction, scope, id, null);
    });
  }

  /** Keeps all users of the tenant from being changed until the transaction ends. It comes before the lock on any group. */
  async lock(transaction: Transaction, scope: TenantScope): Promise<void> {
    await transaction.query(LOCK_RULES, [scope.tenantId]);
  }

  /**
   * Makes the members of a group those for whom the rule holds, under `lock`. Errors: 400 `rule_too_slow`, 403
   * `permission_not_held` where a user acts who does not hold all that the group, and what is around it, gives.
   */
  async apply(transaction: Transaction, scope: TenantScope, change: RuleChange): Promise<Moved> {
    return this.delegation.giving(scope, { kind: 'membership', groupId: change.groupId }, () =>
      applyRule(transaction, scope, change),
    );
  }

  /** Takes the members of a group that is about to go, under `lock`. The trail tells how many they were. */
  async dissolve(transaction: Transaction, scope: TenantScope, group: { id: string; rule: string }): Promise<void> {
    const values = [scope.tenantId, group.id];
    let left = 0;
    await inBatches(async () => {
      const [row] = await transaction.query<{ removed: number }>(queries.REMOVE_RULE_MEMBERS, values);
      left += row?.removed ?? 0;
      return row;
    });
    await transaction.query(queries.RENEW_RULES, [scope.tenantId]);
    await recordRule(transaction, scope, { groupId: group.id, before: group.rule, after: null }, { joined: 0, left });
  }

  /** Brings one user to where the rules, which stay as they are, put it as it is now; out of all dynamic groups where it is about to go. */
  async #follow(transaction: Transaction, scope: TenantScope, userId: string, user: User | null): Promise<void> {
    const [found] = await transaction.query<RulesOfUser>(queries.RULES_OF_USER, [scope.tenantId, userId]);
    if (!found?.version) return;
    const due = new Set(
      user ? (await this.#rulesOf(transaction, scope, found.version)).holdingFor(filterable(user)) : [],
    );
    const held = new Set(found.held);
    const joins = [...due].filter((id) => !held.has(id));
    const leaves = found.held.filter((id) => !due.has(id));
    if (joins.length + leaves.length === 0) return;
    for (const groupId of joins) {
      await this.delegation.giving(scope, { kind: 'membership', groupId }, () => Promise.resolve());
    }
    const values = [scope.tenantId, userId, user?.ordinal ?? 0, joins, leaves, actorJson(scope)];
    transaction.later(queries.MOVE_USER, values);
  }

  /** The rules of a version that holds until the transaction ends. */
  async #rulesOf(transaction: Transaction, scope: TenantScope, version: string): Promise<FilterSet> {
    const known = this.#cache.get(scope.tenantId, version);
    if (known) return known;
    const rows = await transaction.query<{ id: string; rule: string }>(queries.READ_RULES, [scope.tenantId]);
    const rules = new FilterSet(rows.map(({ id, rule }) => ({ key: id, filter: parseRule(rule) })));
    const characters = rows.reduce((sum, { rule }) => sum + rule.length, 0);
    this.#cache.set(scope.tenantId, { version, rules, characters });
    return rules;
  }
}
