export { EntitlementsModule } from './entitlements.module.js';
