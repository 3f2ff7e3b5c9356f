import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Route } from '../../http/openapi/route.decorator.js';
import { DomainError } from '../../kernel/domain-error.js';
import { PlatformScope, SYSTEM_ACTOR } from '../../kernel/scope.js';
import { Database } from '../../persistence/database.js';
import { statement } from '../../persistence/statement.js';
import { Public } from '../../security/decorators.js';

const PING = statement('health.ping', 'SELECT 1 AS alive');

/** Longest time that the database may take to say that it is there. */
const READY_MS = 2000;

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
    const ping = this.database.query(new PlatformScope(SYSTEM_ACTOR, 'health'), PING, []);
    await within(READY_MS, ping);
    return { status: 'ready' };
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DomainError('unavailable', 'database_unavailable', 'The database does not answer in time.'));
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
