import { Injectable } from '@nestjs/common';
import { mapPage, type Page, type PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { Paginator } from '../../../persistence/paginator.js';
import { UsersService } from '../../users/index.js';
import type { AccessFacts } from '../explanation/access-facts.js';
import { boundedPaths } from '../explanation/bounded-paths.js';
import type { UserAccessResponse } from './dto/user-access.response.js';
import { userAccess } from './user-access.read-model.js';

/** Most paths that are shown of each application. */
const MOST_PATHS = 20;

interface Row {
  readonly application_id: string;
  readonly application_name: string;
  readonly application_client_id: string;
  readonly assigned_via: string | null;
  readonly facts: AccessFacts;
}

/** What a user may use. */
@Injectable()
export class UserAccessService {
  constructor(
    private readonly paginator: Paginator,
    private readonly users: UsersService,
  ) {}

  /** In the order of the applications' ids. Errors: 404. */
  async applicationsOf(scope: TenantScope, userId: string, request: PageRequest): Promise<Page<UserAccessResponse>> {
    const page = await this.paginator.rows<Row>(scope, userAccess(scope.tenantId, userId), request);
    // Only an empty answer leaves open whether the user exists.
    if (page.totalItems === 0) await this.users.get(scope, userId);
    return mapPage(page, withPaths);
  }
}

function withPaths({ facts, ...row }: Row): UserAccessResponse {
  const { paths, pathCount, truncated } = boundedPaths(facts, MOST_PATHS);
  return {
    application_id: row.application_id,
    application_name: row.application_name,
    application_client_id: row.application_client_id,
    assignment_type: row.assigned_via === null ? 'direct' : 'group',
    assigned_via: row.assigned_via,
    path_count: pathCount,
    paths: [...paths],
    paths_truncated: truncated,
  };
}
