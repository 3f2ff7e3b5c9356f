import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/index.js';
import { GroupsModule } from '../groups/index.js';
import { UsersModule } from '../users/index.js';
import { ApplicationAssignmentsController } from './application-assignments.controller.js';
import { AssignedApplicationsService } from './assigned-applications.service.js';
import { AssigneesController } from './assignees.controller.js';
import { AssignmentsService } from './assignments.service.js';
import { BulkAssignmentsService } from './bulk/bulk-assignments.service.js';
import { GroupAssignmentsController } from './group-assignments.controller.js';
import { UserAssignmentsController } from './user-assignments.controller.js';

@Module({
  imports: [UsersModule, GroupsModule, ApplicationsModule],
  controllers: [
    AssigneesController,
    ApplicationAssignmentsController,
    UserAssignmentsController,
    GroupAssignmentsController,
  ],
  providers: [AssignmentsService, AssignedApplicationsService, BulkAssignmentsService],
  exports: [AssignmentsService],
})
export class AssignmentsModule {}
