import { Injectable } from '@nestjs/common';
import { notFound } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { Tallies } from '../../../kernel/tallies.js';
import { Database } from '../../../persistence/database.js';
import { explain, type Explained } from './access-explanation.js';
import { EXPLAIN_ACCESS, FACTS_OF_USERS } from './access-facts.queries.js';
import type { AccessFacts } from './access-facts.js';
import { boundedPaths, type BoundedPaths } from './bounded-paths.js';
import type { AccessExplanationResponse } from './dto/access-explanation.response.js';

type Row = { readonly [Column in keyof Explained]: Explained[Column] | null };

/** By which ways users come to applications. */
@Injectable()
export class AccessPathsService {
  constructor(
    private readonly database: Database,
    private readonly tallies: Tallies,
  ) {}

  /** Errors: 404 `user_not_found`, `application_not_found`. */
  async explain(scope: TenantScope, userId: string, applicationId: string): Promise<AccessExplanationResponse> {
    const values = [scope.tenantId, userId, applicationId];
    const [row] = await this.database.query<Row>(scope, EXPLAIN_ACCESS, values);
    if (!row?.user_status) throw notFound('user', userId);
    if (!row.application_status) throw notFound('application', applicationId);
    const explained = explain(row as Explained);
    this.tallies.decided('application', explained.reasons[0] ?? 'allowed');
    return { user_id: userId, application_id: applicationId, ...explained };
  }

  /**
   * The paths that give each of the users access to the application, as far as assignments and memberships go: whoever
   * asks has seen to it that tenant, users and application are active. At most `most` for each user; one statement for
   * all. Users without a path are in the answer, with none.
   */
  async pathsOf(
    scope: TenantScope,
    applicationId: string,
    userIds: readonly string[],
    most: number,
  ): Promise<ReadonlyMap<string, BoundedPaths>> {
    const values = [scope.tenantId, applicationId, userIds];
    const rows = await this.database.queryLong<{ user_id: string; facts: AccessFacts }>(scope, FACTS_OF_USERS, values);
    return new Map(rows.map(({ user_id, facts }) => [user_id, boundedPaths(facts, most)]));
  }
}
