import { Injectable } from '@nestjs/common';
import type { TenantScope } from '../../../kernel/scope.js';
import { Tallies } from '../../../kernel/tallies.js';
import { Database } from '../../../persistence/database.js';
import { closedBy, type Standing } from '../explanation/access-reasons.js';
import { CHECK_ACCESS, STANDINGS } from './access-checks.queries.js';
import type { AccessCheck } from './dto/access-check.requests.js';
import type { AccessCheckResultsResponse, Refusal } from './dto/access-check.responses.js';

type Row = { readonly [Column in keyof Standing]: Standing[Column] | null } & { readonly standing: number | null };

/** Many answers to "may this user use that application?" at once. */
@Injectable()
export class AccessChecksService {
  constructor(
    private readonly database: Database,
    private readonly tallies: Tallies,
  ) {}

  /** In the order of the checks, by one statement, so that all are of one moment. Unknown ids are refused one by one. */
  async check(scope: TenantScope, checks: readonly AccessCheck[]): Promise<AccessCheckResultsResponse> {
    const [users, applications] = [checks.map((each) => each.user_id), checks.map((each) => each.application_id)];
    const rows = await this.database.queryLong<Row>(scope, CHECK_ACCESS, [scope.tenantId, users, applications]);
    const results = rows.map((row, at) => {
      const reason = refusalOf(row);
      this.tallies.decided('application', reason ?? 'allowed');
      return { user_id: users[at] ?? '', application_id: applications[at] ?? '', allowed: reason === null, reason };
    });
    return { results };
  }
}

/** The most telling reason; null where access is given. It is the first that the explanation of the same pair names. */
function refusalOf(row: Row): Refusal | null {
  if (row.user_status === null) return 'user_not_found';
  if (row.application_status === null) return 'application_not_found';
  const [closed] = closedBy(row as Standing);
  if (closed) return closed;
  return row.standing === null ? 'no_assignment' : (STANDINGS[row.standing] ?? null);
}
