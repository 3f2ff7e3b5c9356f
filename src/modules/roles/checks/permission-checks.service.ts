import { Injectable } from '@nestjs/common';
import { notFound } from '../../../kernel/domain-error.js';
import { permissionsThatGive } from '../../../kernel/permissions.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { Tallies } from '../../../kernel/tallies.js';
import { Database } from '../../../persistence/database.js';
import type { PermissionCheckResponse } from './dto/permission-check.response.js';
import { CHECK_PERMISSION, EXPLAIN_PERMISSION, type ExplainedRow } from './permission-checks.queries.js';
import { explainPermissions } from './permission-explanation.js';
import type { Resource, ResourceKind } from './resources.js';

/** What is asked: may this user do this to each of these? */
export interface PermissionQuestion {
  readonly userId: string;
  readonly action: string;
  readonly resources: readonly Resource[];
  readonly explain: boolean;
}

interface CheckRow {
  readonly status: 'active' | 'suspended';
  readonly allowed: readonly string[];
}

/** Many answers to "may this user do that to this?" at once, by the roles that the user holds. */
@Injectable()
export class PermissionChecksService {
  constructor(
    private readonly database: Database,
    private readonly tallies: Tallies,
  ) {}

  /**
   * By one statement, so that all answers are of one moment. What the tenant does not have is false, and so is everything
   * for a suspended user. Errors: 404 `user_not_found`.
   */
  check(scope: TenantScope, question: PermissionQuestion): Promise<PermissionCheckResponse> {
    const { userId, action, resources, explain } = question;
    const kinds: ResourceKind[] = ['application', 'workspace', 'project'];
    const values = [
      scope.tenantId,
      userId,
      permissionsThatGive(action),
      ...kinds.map((kind) => idsOf(resources, kind)),
    ];
    return explain ? this.#explained(scope, values, question) : this.#plain(scope, values, question);
  }

  #tally(allowed: number, asked: number): void {
    this.tallies.decided('permission', 'allowed', allowed);
    this.tallies.decided('permission', 'denied', asked - allowed);
  }

  async #plain(
    scope: TenantScope,
    values: unknown[],
    { userId, resources }: PermissionQuestion,
  ): Promise<PermissionCheckResponse> {
    const [row] = await this.database.queryLong<CheckRow>(scope, CHECK_PERMISSION, values);
    if (!row) throw notFound('user', userId);
    const allowed = new Set(row.status === 'active' ? row.allowed : []);
    this.#tally(allowed.size, resources.length);
    const results: Record<string, boolean> = {};
    for (const { name } of resources) results[name] = allowed.has(name);
    return { results };
  }

  async #explained(
    scope: TenantScope,
    values: unknown[],
    { userId, resources }: PermissionQuestion,
  ): Promise<PermissionCheckResponse> {
    const rows = await this.database.queryLong<ExplainedRow>(scope, EXPLAIN_PERMISSION, values);
    if (rows.length === 0) throw notFound('user', userId);
    const explanations = explainPermissions(resources, rows);
    const results = Object.fromEntries(Object.entries(explanations).map(([name, { allowed }]) => [name, allowed]));
    this.#tally(Object.values(results).filter(Boolean).length, resources.length);
    return { results, explanations };
  }
}

/** Those of one kind as PostgreSQL writes an array: they have the form of UUIDs, so that nothing needs to be escaped. */
function idsOf(resources: readonly Resource[], wanted: ResourceKind): string {
  const ids = resources.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  return `{${ids.join(',')}}`;
}
