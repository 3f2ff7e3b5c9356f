export { WorkspacesModule } from './workspaces.module.js';
export { WorkspacesService } from './workspaces.service.js';
export { ProjectsService } from './projects/projects.service.js';
export { Workspace } from './workspace.entity.js';
export { Project } from './projects/project.entity.js';
