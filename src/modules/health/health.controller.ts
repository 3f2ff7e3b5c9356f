import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Route } from '../../http/openapi/route.decorator.js';
import { PlatformScope, SYSTEM_ACTOR } from '../../kernel/scope.js';
import { Database } from '../../persistence/database.js';
import { statement } from '../../persistence/statement.js';
import { Public } from '../../security/decorators.js';

const PING = statement('health.ping', 'SELECT 1 AS alive');

@ApiSchema({ name: 'Health' })
class HealthResponse {
  @ApiProperty({ type: String, example: 'ready' })
  status!: string;
}

/** For the machines that watch this service; nothing here tells anything of a tenant. */
@ApiTags('Health')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly database: Database) {}

  @Get('live')
  @Route({ summary: 'Whether the process answers', bare: HealthResponse, open: true })
  live(): HealthResponse {
    return { status: 'live' };
  }

  @Get('ready')
  @Route({
    summary: 'Whether the process and its database answer',
    bare: HealthResponse,
    open: true,
    refusals: { 503: 'The database does not answer.' },
  })
  async ready(): Promise<HealthResponse> {
    await this.database.query(new PlatformScope(SYSTEM_ACTOR, 'health'), PING, []);
    return { status: 'ready' };
  }
}
