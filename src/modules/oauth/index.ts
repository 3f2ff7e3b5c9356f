export { OAUTH_OPERATIONS } from './oauth.openapi.js';
export { mountOAuth } from './mount-oauth.js';
export { OAuthModule } from './oauth.module.js';
export { SigningKeysService } from './signing-keys.service.js';
