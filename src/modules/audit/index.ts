export { AuditModule } from './audit.module.js';
export { AuditEvent, PlatformAuditEvent } from './audit-event.entity.js';
