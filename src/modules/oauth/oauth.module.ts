import { Global, Module } from '@nestjs/common';
import { CallerRegistry, TokenKeys } from '../../security/authentication/index.js';
import { ApiClientsModule } from '../api-clients/index.js';
import { DatabaseCallerRegistry } from './database-caller-registry.js';
import { SigningKeysService } from './signing-keys.service.js';

/**
 * Our own tokens: who gets them, what they are signed with, and who may still use them. Global, because it is what
 * stands behind the ports of authentication, which every room's guards ask.
 */
@Global()
@Module({
  imports: [ApiClientsModule],
  providers: [
    SigningKeysService,
    DatabaseCallerRegistry,
    { provide: TokenKeys, useExisting: SigningKeysService },
    { provide: CallerRegistry, useExisting: DatabaseCallerRegistry },
  ],
  exports: [TokenKeys, CallerRegistry, SigningKeysService],
})
export class OAuthModule {}
