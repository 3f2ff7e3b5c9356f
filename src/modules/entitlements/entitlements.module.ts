import { Module } from '@nestjs/common';
import { EntitlementsController } from './entitlements.controller.js';
import { EntitlementsService } from './entitlements.service.js';
import { GrantingService } from './granting/granting.service.js';
import { GroupsModule } from '../groups/index.js';
import { UsersModule } from '../users/index.js';
import { ChildrenService } from './children/children.service.js';
import { EffectiveAssignmentsService } from './effective/effective-assignments.service.js';
import { HeldEntitlementsController } from './holders/held-entitlements.controller.js';
import { HeldEntitlementsService } from './holders/held-entitlements.service.js';
import { AssignmentRightsController } from './rights/assignment-rights.controller.js';
import { AssignmentRightsService } from './rights/assignment-rights.service.js';
import { AssignmentSearchController } from './search/assignment-search.controller.js';
import { AssignmentSearchService } from './search/assignment-search.service.js';

/** Entitlements of applications as contract 4 has them: another way to see and give the roles of applications. */
@Module({
  controllers: [
    AssignmentRightsController,
    HeldEntitlementsController,
    EntitlementsController,
    AssignmentSearchController,
  ],
  imports: [UsersModule, GroupsModule],
  providers: [
    AssignmentRightsService,
    ChildrenService,
    EffectiveAssignmentsService,
    HeldEntitlementsService,
    GrantingService,
    EntitlementsService,
    AssignmentSearchService,
  ],
})
export class EntitlementsModule {}
