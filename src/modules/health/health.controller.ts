import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PlatformScope, SYSTEM_ACTOR } from '../../kernel/scope.js';
import { Database } from '../../persistence/database.js';
import { statement } from '../../persistence/statement.js';
import { Public } from '../../security/decorators.js';

const PING = statement('health.ping', 'SELECT 1 AS alive');

/** For the machines that watch this service; nothing here tells anything of a tenant. */
@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly database: Database) {}

  /** The process answers. */
  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  /** The process and its database answer; 503 where the database does not. */
  @Get('ready')
  async ready(): Promise<{ status: string }> {
    await this.database.query(new PlatformScope(SYSTEM_ACTOR, 'health'), PING, []);
    return { status: 'ready' };
  }
}
