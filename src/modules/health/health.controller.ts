import { Controller, Get } from '@nestjs/common';
import { ApiProperty, ApiSchema, ApiTags } from '@nestjs/swagger';
import { Route } from '../../http/openapi/route.decorator.js';
import { Public } from '../../security/decorators.js';
import { ReadinessService } from './readiness.service.js';

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
  constructor(private readonly readiness: ReadinessService) {}

  @Get('live')
  @Route({ summary: 'Whether the process answers', bare: HealthResponse, open: true })
  live(): HealthResponse {
    return { status: 'live' };
  }

  @Get('ready')
  @Route({
    summary:
      'Whether the process can do its work: the database answers, its schema is up to date, and there is a key to sign with',
    bare: HealthResponse,
    open: true,
    refusals: { 503: 'It cannot, or it is stopping; `code` says why.' },
  })
  async ready(): Promise<HealthResponse> {
    await this.readiness.require();
    return { status: 'ready' };
  }
}
