import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import { Paginator } from '../../persistence/paginator.js';
import { ApplicationsService } from '../applications/index.js';
import type { EffectiveUserResponse } from './dto/effective-user.response.js';
import { effectiveUsers } from './effective-users.read-model.js';

/** The question Doorlist exists for: who may use what. */
@Injectable()
export class AccessService {
  constructor(
    private readonly paginator: Paginator,
    private readonly applications: ApplicationsService,
  ) {}

  /** Errors: 404. */
  async effectiveUsers(
    scope: TenantScope,
    applicationId: string,
    request: PageRequest,
  ): Promise<Page<EffectiveUserResponse>> {
    const statement = effectiveUsers(scope.tenantId, applicationId);
    const page = await this.paginator.rows<EffectiveUserResponse>(scope, statement, request);
    // Only an empty answer leaves open whether the application exists.
    if (page.totalItems === 0) await this.applications.get(scope, applicationId);
    return page;
  }
}
