import type { TenantScope } from '../../../kernel/scope.js';
import { filterSql } from '../../../persistence/filter/filter-sql.js';
import { statement, type Statement } from '../../../persistence/statement.js';
import type { Transaction } from '../../../persistence/transaction.js';
import { READ_RULES, complaintOfRule, parseRule } from '../../groups/index.js';
import type { Difference, Differences } from './difference.js';

type Counted = Difference & { readonly total: number };

/** Members by rule of groups that have none, or are gone. Values: tenant, most rows. */
const WITHOUT_RULE = statement(
  'access.verify_rule_members',
  `SELECT 'rule_member_without_rule' AS kind, r.group_id AS owner, r.user_id AS subject, '' AS detail,
          count(*) OVER ()::int AS total
     FROM rule_members r LEFT JOIN groups g ON g.tenant_id = $1 AND g.id = r.group_id AND g.kind = 'dynamic'
    WHERE r.tenant_id = $1 AND g.id IS NULL
    ORDER BY r.group_id, r.user_id LIMIT $2`,
);

/** For whom the rule of a group holds, and who is in it. Values: tenant, most rows, group, and what the filter adds. */
function wrongMembers(rule: string, values: unknown[]): Statement {
  return {
    name: '',
    text: `SELECT CASE WHEN wrong.is_due THEN 'rule_lacks_member' ELSE 'rule_has_stranger' END AS kind, $3::uuid AS owner,
            wrong.user_id AS subject, '' AS detail, count(*) OVER ()::int AS total
       FROM (SELECT user_id, bool_or(is_due) AS is_due
               FROM (SELECT u.id AS user_id, true AS is_due
                       FROM users u WHERE u.tenant_id = $1 AND (${filterSql(parseRule(rule), values)})
                      UNION ALL
                     SELECT r.user_id, false FROM rule_members r WHERE r.tenant_id = $1 AND r.group_id = $3) each_of
              GROUP BY user_id HAVING count(*) = 1) wrong
      ORDER BY wrong.user_id LIMIT $2`,
  };
}

/** Applies each rule of a tenant again and compares with who is in its group. */
export async function wrongRules(transaction: Transaction, scope: TenantScope, most: number): Promise<Differences> {
  const { tenantId } = scope;
  const rows = await transaction.query<Counted>(WITHOUT_RULE, [tenantId, most]);
  let total = rows[0]?.total ?? 0;
  const found = rows.map(differenceOf);
  for (const { id, rule } of await transaction.query<{ id: string; rule: string }>(READ_RULES, [tenantId])) {
    const wrong = await wrongIn(transaction, tenantId, { id, rule, most });
    total += wrong[0]?.total ?? 0;
    found.push(...wrong.slice(0, most - found.length).map(differenceOf));
  }
  return { found, total };
}

async function wrongIn(
  transaction: Transaction,
  tenantId: string,
  { id, rule, most }: { id: string; rule: string; most: number },
): Promise<Counted[]> {
  const complaint = complaintOfRule(rule);
  if (complaint !== null) return [{ kind: 'rule_unreadable', owner: id, subject: null, detail: complaint, total: 1 }];
  const values: unknown[] = [tenantId, most, id];
  const wrong = wrongMembers(rule, values);
  return transaction.query<Counted>(wrong, values);
}

function differenceOf({ kind, owner, subject, detail }: Counted): Difference {
  return { kind, owner, subject, detail };
}
