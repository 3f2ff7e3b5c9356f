import { Module } from '@nestjs/common';
import { ProjectsController } from './projects/projects.controller.js';
import { ProjectsService } from './projects/projects.service.js';
import { WorkspacesController } from './workspaces.controller.js';
import { WorkspacesService } from './workspaces.service.js';

@Module({
  controllers: [WorkspacesController, ProjectsController],
  providers: [WorkspacesService, ProjectsService],
  exports: [WorkspacesService, ProjectsService],
})
export class WorkspacesModule {}
