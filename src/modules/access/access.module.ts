import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/index.js';
import { AccessController } from './access.controller.js';
import { AccessService } from './access.service.js';

@Module({ imports: [ApplicationsModule], controllers: [AccessController], providers: [AccessService] })
export class AccessModule {}
