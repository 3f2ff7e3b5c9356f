export { ApplicationsModule } from './applications.module.js';
export { ApplicationsService } from './applications.service.js';
export { Application, applicationKeys } from './application.entity.js';
