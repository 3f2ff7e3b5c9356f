import { Injectable } from '@nestjs/common';
import { isUuid } from '../../kernel/ids.js';
import { PlatformScope, SYSTEM_ACTOR } from '../../kernel/scope.js';
import type { TenantStatus } from '../../kernel/tenant-status.js';
import { Database } from '../../persistence/database.js';
import { CallerRegistry, type ClientStatus, type TenantStanding } from '../../security/authentication/index.js';
import { ClientDirectory } from '../api-clients/index.js';
import { TENANT_STATUS } from './callers.queries.js';

/** Answers from the tables of clients and of tenants; what remembers the answers stands in front of it. */
@Injectable()
export class DatabaseCallerRegistry extends CallerRegistry {
  constructor(
    private readonly clients: ClientDirectory,
    private readonly database: Database,
  ) {
    super();
  }

  override async clientStatus(clientId: string): Promise<ClientStatus> {
    const client = await this.clients.find(clientId);
    return client?.status ?? 'revoked';
  }

  override async tenantStatus(tenantId: string): Promise<TenantStanding> {
    if (!isUuid(tenantId)) return 'unknown';
    const scope = new PlatformScope(SYSTEM_ACTOR, 'caller-registry');
    const [row] = await this.database.query<{ status: TenantStatus }>(scope, TENANT_STATUS, [tenantId]);
    return row?.status ?? 'unknown';
  }
}
