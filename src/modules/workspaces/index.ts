export { WorkspacesModule } from './workspaces.module.js';
export { Workspace } from './workspace.entity.js';
export { Project } from './projects/project.entity.js';
