export { AssignmentsModule } from './assignments.module.js';
export { AssignmentsService } from './assignments.service.js';
export { Assignment } from './assignment.entity.js';
export { group, user } from './assignee.js';
