import { Global, Module } from '@nestjs/common';
import { AccessPreview } from '../../kernel/access-preview.js';
import { EffectiveUsersController } from './effective/effective-users.controller.js';
import { EffectiveUsersService } from './effective/effective-users.service.js';
import { DatabaseAccessPreview } from './preview/database-access-preview.js';

/** Global, because changes of access are run dry in every room. */
@Global()
@Module({
  controllers: [EffectiveUsersController],
  providers: [EffectiveUsersService, { provide: AccessPreview, useClass: DatabaseAccessPreview }],
  exports: [AccessPreview],
})
export class AccessModule {}
