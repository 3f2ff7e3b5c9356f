export { ApiClient } from './api-client.entity.js';
export { ApiClientsModule } from './api-clients.module.js';
export { ApiClientsService } from './api-clients.service.js';
export { ClientDirectory, type KnownClient } from './client-directory.js';
export { tenantOfClientId } from './client-id.js';
export { isSecret } from './client-secret.js';
export { PlatformClient } from './platform-client.entity.js';
export { PlatformClients, type ListedPlatformClient } from './platform-clients.js';
