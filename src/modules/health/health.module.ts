import { Module } from '@nestjs/common';
import { OAuthModule } from '../oauth/index.js';
import { Draining } from './draining.js';
import { HealthController } from './health.controller.js';
import { ReadinessService } from './readiness.service.js';

@Module({ imports: [OAuthModule], controllers: [HealthController], providers: [Draining, ReadinessService] })
export class HealthModule {}
