import { Module } from '@nestjs/common';
import { EffectiveUsersController } from './effective/effective-users.controller.js';
import { EffectiveUsersService } from './effective/effective-users.service.js';

@Module({ controllers: [EffectiveUsersController], providers: [EffectiveUsersService] })
export class AccessModule {}
