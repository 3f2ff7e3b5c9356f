export { ApplicationsModule } from './applications.module.js';
export { ApplicationsService } from './applications.service.js';
export { Application } from './application.entity.js';
