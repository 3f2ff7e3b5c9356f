import { Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Readable } from 'node:stream';
import { mapPage } from '../../../kernel/page.js';
import { DomainError } from '../../../kernel/domain-error.js';
import type { Principal } from '../../../kernel/principal.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { Answer, answer, created, paged } from '../../../http/answers.js';
import { PageQuery } from '../../../http/fields/query-fields.js';
import { File, TakesFile, type FileBody } from '../../../http/file-body.js';
import { IdempotentPost } from '../../../http/posts.js';
import { Route } from '../../../http/openapi/route.decorator.js';
import { PathId } from '../../../http/path-id.js';
import { Body, Query } from '../../../http/request-parts.js';
import { CurrentPrincipal, CurrentScope } from '../../../security/current-scope.js';
import { RequiresOneOf } from '../../../security/decorators.js';
import { ContentQuery, ImportCreate, ImportQuery } from '../dto/import.requests.js';
import { ImportErrorResponse, ImportResponse } from '../dto/import.responses.js';
import { ANY_KIND, CONTENT_TYPES, readableKinds, requireKind, type TransferFormat } from '../transfer-kinds.js';
import { ImportsService } from './imports.service.js';

@ApiTags('Imports and exports')
@Controller('api/v1/tenants/:tenant_id/imports')
export class ImportsController {
  constructor(private readonly imports: ImportsService) {}

  @IdempotentPost()
  @RequiresOneOf(...ANY_KIND.write)
  @Route({
    summary: 'Announce a file to import',
    description: 'Then send it with PUT to `content`. The token needs the write scope of the kind.',
    status: 201,
    data: ImportResponse,
  })
  async createImport(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @Body() body: ImportCreate,
    @Query() query: ImportQuery,
  ): Promise<Answer> {
    requireKind(principal, body.kind, 'write');
    const { kind, format = 'csv', atomic = true } = body;
    const made = await this.imports.create(scope, { kind, format, atomic, dryRun: query.dry_run ?? false });
    return created(made, { createdAs: made.id });
  }

  @Get()
  @RequiresOneOf(...ANY_KIND.read)
  @Route({
    summary: 'List the imports, the newest first',
    description: 'Those of the kinds that the token may read.',
    page: ImportResponse,
  })
  async listImports(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @Query() query: PageQuery,
  ): Promise<Answer> {
    return paged(await this.imports.list(scope, readableKinds(principal), query.toPageRequest()));
  }

  @Get(':import_id')
  @RequiresOneOf(...ANY_KIND.read)
  @Route({
    summary: 'Read an import, while it runs as well',
    description: 'The counts are at most some two seconds old.',
    data: ImportResponse,
  })
  async getImport(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @PathId('import_id') id: string,
  ): Promise<Answer> {
    return answer(await this.#readable(scope, principal, id));
  }

  @Get(':import_id/errors')
  @RequiresOneOf(...ANY_KIND.read)
  @Route({
    summary: 'List what was wrong with the lines of an import',
    description: 'The first 1,000 problems, in the order of the lines.',
    page: ImportErrorResponse,
  })
  async listImportErrors(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @PathId('import_id') id: string,
    @Query() query: PageQuery,
  ): Promise<Answer> {
    await this.#readable(scope, principal, id);
    const page = await this.imports.errors(scope, id, query.toPageRequest());
    return paged(mapPage(page, ({ line, column, code, message }) => ({ line, column, code, message })));
  }

  @Put(':import_id/content')
  @RequiresOneOf(...ANY_KIND.write)
  @TakesFile('user_name,email\r\nada,ada@example.com\r\n')
  @Route({
    summary: 'Send the file of an import',
    description:
      'Of any size, in the format that was announced. It is answered when all is done: bad lines do not refuse it, they ' +
      'are counted, and in an atomic import (the default) keep everything from being written (`state` is `failed`). A ' +
      'connection that is cut before the whole file has arrived leaves nothing; one that is cut later changes nothing: ' +
      'the import goes on, and reading it tells how it ended.',
    data: ImportResponse,
    refusals: {
      409: 'The import was started before.',
      429: 'The instance imports as many files already as it may; send it again later.',
    },
  })
  async putImportContent(
    @CurrentScope() scope: TenantScope,
    @CurrentPrincipal() principal: Principal,
    @PathId('import_id') id: string,
    @Query() query: ContentQuery,
    @File() file: FileBody,
  ): Promise<Answer> {
    const { kind, format } = await this.imports.get(scope, id);
    requireKind(principal, kind, 'write');
    return answer(await this.imports.run(scope, id, streamOf(file, format), { dryRun: query.dry_run ?? false }));
  }

  async #readable(scope: TenantScope, principal: Principal, id: string): Promise<ImportResponse> {
    const found = await this.imports.get(scope, id);
    requireKind(principal, found.kind, 'read');
    return found;
  }
}

/** Errors: 415 where it is not in the format that was announced. */
function streamOf({ stream, contentType, encoding }: FileBody, format: TransferFormat): Readable {
  const type = CONTENT_TYPES[format];
  if (stream && contentType === type && encoding === null) return stream;
  const found = encoding ?? (contentType || 'no Content-Type');
  const msg = `Send the file as ${type} in UTF-8 and uncompressed, as the import was announced; not ${found}.`;
  throw new DomainError('unsupported', 'unsupported_media_type', msg);
}
