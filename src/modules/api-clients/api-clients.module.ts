import { Module } from '@nestjs/common';
import { ApiClientsController } from './api-clients.controller.js';
import { ApiClientsService } from './api-clients.service.js';
import { ClientDirectory } from './client-directory.js';

/** Who may call: the API clients of tenants, and those of the platform. */
@Module({
  controllers: [ApiClientsController],
  providers: [ApiClientsService, ClientDirectory],
  exports: [ApiClientsService, ClientDirectory],
})
export class ApiClientsModule {}
