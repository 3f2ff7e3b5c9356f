import { PlatformScope, SYSTEM_ACTOR, TenantScope } from '../../../kernel/scope.js';
import type { Transaction } from '../../../persistence/transaction.js';
import type { UnitOfWork } from '../../../persistence/unit-of-work.js';
import type { Difference, Differences } from './difference.js';
import { wrongKeys } from './key-verification.js';
import { wrongRules } from './rule-verification.js';
import {
  COUNTS,
  LOST_SETS,
  TENANTS,
  UNHURRIED,
  WRONG_CLOSURE,
  WRONG_COUNTER,
  WRONG_ORDINALS,
  WRONG_EFFECTIVE,
  WRONG_ROLE_COUNTS,
  WRONG_SETS,
} from './verification.queries.js';

const REQUEST = 'verify';

interface NamedTenant {
  readonly id: string;
  readonly slug: string;
}

/** How much of the tables a tenant has. */
interface Counts {
  readonly users: number;
  readonly memberships: number;
  readonly nestings: number;
  readonly assignments: number;
}

/** What came out for one tenant. */
export interface Verification extends Differences {
  readonly counts: Counts;
}

/** All tenants, by id. */
export async function tenantsToVerify(unitOfWork: UnitOfWork): Promise<NamedTenant[]> {
  const scope = new PlatformScope(SYSTEM_ACTOR, REQUEST);
  return unitOfWork.run(scope, (transaction) => transaction.query<NamedTenant>(TENANTS, []));
}

/**
 * Makes everything that is kept beside a tenant's tables anew and compares: the sets of users, the closure of the
 * nestings, the members by rules, the copies of ordinals and their counter, the counts of members' roles, what roles give, the comparison keys. All is read at one moment, nothing is
 * written, and no more than `most` differences are kept; `total` counts all of them.
 */
export async function verifyTenant(unitOfWork: UnitOfWork, tenantId: string, most: number): Promise<Verification> {
  const scope = new TenantScope(tenantId, SYSTEM_ACTOR, REQUEST);
  return unitOfWork.rehearse(scope, async (transaction) => {
    await transaction.query(UNHURRIED, []);
    const [counts] = await transaction.query<Counts>(COUNTS, [tenantId]);
    if (!counts) throw new Error('A statement that only counts has answered no row.');
    const found: Difference[] = [];
    let total = 0;
    for (const check of CHECKS) {
      const differences = await check(transaction, scope, most);
      total += differences.total;
      found.push(...differences.found.slice(0, most - found.length));
    }
    return { counts, found, total };
  });
}

type Check = (transaction: Transaction, scope: TenantScope, most: number) => Promise<Differences>;

const CHECKS: readonly Check[] = [
  ...[WRONG_SETS, LOST_SETS, WRONG_ORDINALS, WRONG_COUNTER, WRONG_ROLE_COUNTS, WRONG_EFFECTIVE, WRONG_CLOSURE].map(
    (statement): Check =>
      async (transaction, { tenantId }, most) => {
        const rows = await transaction.query<Difference & { total: number }>(statement, [tenantId, most]);
        const found = rows.map(({ kind, owner, subject, detail }) => ({ kind, owner, subject, detail }));
        return { found, total: rows[0]?.total ?? 0 };
      },
  ),
  wrongRules,
  wrongKeys,
];
