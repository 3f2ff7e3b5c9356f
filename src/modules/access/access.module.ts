import { Global, Module } from '@nestjs/common';
import { AccessPreview } from '../../kernel/access-preview.js';
import { ApplicationsModule } from '../applications/index.js';
import { UsersModule } from '../users/index.js';
import { AccessChecksController } from './checks/access-checks.controller.js';
import { AccessChecksService } from './checks/access-checks.service.js';
import { EffectiveUsersController } from './effective/effective-users.controller.js';
import { EffectiveUsersService } from './effective/effective-users.service.js';
import { AccessExplanationController } from './explanation/access-explanation.controller.js';
import { AccessPathsService } from './explanation/access-paths.service.js';
import { DatabaseAccessPreview } from './preview/database-access-preview.js';
import { UserAccessController } from './user-access/user-access.controller.js';
import { UserAccessService } from './user-access/user-access.service.js';

/** Global, because changes of access are run dry in every room. */
@Global()
@Module({
  imports: [ApplicationsModule, UsersModule],
  controllers: [EffectiveUsersController, AccessExplanationController, UserAccessController, AccessChecksController],
  providers: [
    EffectiveUsersService,
    AccessPathsService,
    UserAccessService,
    AccessChecksService,
    { provide: AccessPreview, useClass: DatabaseAccessPreview },
  ],
  exports: [AccessPreview],
})
export class AccessModule {}
