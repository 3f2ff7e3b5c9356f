export { ApplicationsModule } from './applications.module.js';
export { ApplicationsService } from './applications.service.js';
export { ApplicationCreate } from './dto/application.requests.js';
export { Application, applicationKeys } from './application.entity.js';
