import { statement, type Statement } from '../../../persistence/statement.js';

/** Those of the ids that the tenant has; none of them can go before the transaction ends. Values: tenant, ids. */
function knownStatement(kind: 'user' | 'group'): Statement {
  return statement(
    `entitlements.known_${kind}s`,
    `SELECT k.id FROM ${kind}s k WHERE k.tenant_id = $1 AND k.id = ANY ($2::uuid[]) ORDER BY k.id FOR KEY SHARE`,
  );
}

export const KNOWN = { user: knownStatement('user'), group: knownStatement('group') } as const;

/** Values: tenant, role, values as JSON. */
export const ADD_VALUES = statement(
  'entitlements.add_right_values',
  `INSERT INTO assignment_right_values (tenant_id, assignment_id, role_id, right_name, multivalued, value)
   SELECT $1, each.assignment_id, $2, each.right_name, each.multivalued, each.value
     FROM jsonb_to_recordset($3::jsonb) AS each(assignment_id uuid, right_name text, multivalued boolean, value text)
   RETURNING assignment_id`,
);
