import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { AllowedMethods } from './http/allowed-methods.js';
import { ConsistencyGuard } from './http/consistency.js';
import { AllExceptionsFilter } from './http/errors/exception.filter.js';
import { StrayQueryGuard } from './http/stray-query.guard.js';
import type { Tallies } from './kernel/tallies.js';
import { AccessModule } from './modules/access/index.js';
import { ApiClientsModule } from './modules/api-clients/index.js';
import { ApplicationsModule } from './modules/applications/index.js';
import { AssignmentsModule } from './modules/assignments/index.js';
import { AuditModule } from './modules/audit/index.js';
import { EntitlementsModule } from './modules/entitlements/index.js';
import { GroupsModule } from './modules/groups/index.js';
import { HealthModule } from './modules/health/index.js';
import { OAuthModule } from './modules/oauth/index.js';
import { RolesModule } from './modules/roles/index.js';
import { TenantsModule } from './modules/tenants/index.js';
import { TransfersModule } from './modules/transfers/index.js';
import { UsersModule } from './modules/users/index.js';
import { WorkspacesModule } from './modules/workspaces/index.js';
import { PersistenceModule } from './persistence/persistence.module.js';
import type { Persistence } from './persistence/persistence.js';
import { AccessGuard } from './security/access.guard.js';
import { AuthenticationModule, JwtAuthGuard } from './security/authentication/index.js';
import { RateLimitGuard, RateLimitsModule } from './security/rate-limits/index.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';

const ROOMS = [
  TenantsModule,
  AuditModule,
  UsersModule,
  GroupsModule,
  ApplicationsModule,
  AssignmentsModule,
  TransfersModule,
  AccessModule,
  WorkspacesModule,
  RolesModule,
  EntitlementsModule,
  ApiClientsModule,
  OAuthModule,
  HealthModule,
];

/** The house: the only file that knows every room. */
@Module({})
export class AppModule {
  static forRoot(config: Config, issuer: string, persistence: Persistence, tallies: Tallies): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config, issuer),
        PersistenceModule.forRoot(persistence),
        TelemetryModule.forRoot(tallies),
        AuthenticationModule,
        RateLimitsModule,
        ...ROOMS,
      ],
      providers: [
        AllowedMethods,
        { provide: APP_FILTER, useClass: AllExceptionsFilter },
        // In this order: who calls, how often, what the call may touch, and then what it says of what it has seen, and of
        // the rest.
        { provide: APP_GUARD, useExisting: JwtAuthGuard },
        { provide: APP_GUARD, useExisting: RateLimitGuard },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: ConsistencyGuard },
        { provide: APP_GUARD, useClass: StrayQueryGuard },
      ],
    };
  }
}
