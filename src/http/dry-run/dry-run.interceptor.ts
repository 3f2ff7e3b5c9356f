import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { AccessPreview, type AccessReach } from '../../kernel/access-preview.js';
import { forbidden, invalid } from '../../kernel/domain-error.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { TenantScope, type AnyScope } from '../../kernel/scope.js';
import { Answer, answer } from '../answers.js';
import { readPathId } from '../path-id.js';
import { RequestValidationPipe } from '../request-validation.pipe.js';
import { DryRunQuery } from './dry-run.query.js';
import { REACH_OF, idsOf, type ReachOf } from './reach.js';

const READ_ACCESS = 'assignments:read';

interface CallingRequest extends FastifyRequest {
  principal?: Principal;
  scope?: AnyScope;
}

/**
 * Answers a change that is sent with `dry_run=true` with what it would do to access. The route itself runs, inside a
 * transaction that is taken back, so a dry run cannot say anything else than the real thing.
 */
@Injectable()
export class DryRunInterceptor implements NestInterceptor {
  readonly #validation = new RequestValidationPipe();

  constructor(
    private readonly reflector: Reflector,
    private readonly preview: AccessPreview,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<CallingRequest>();
    if (!request.url.includes('?')) return next.handle();
    const query = this.#queryOf(request);
    if (query.dry_run !== true) return next.handle();
    const reachOf = this.reflector.get<ReachOf>(REACH_OF, context.getHandler());
    return from(this.#rehearsed(request, query, reachOf, next, http.getResponse()));
  }

  #queryOf(request: CallingRequest): DryRunQuery {
    const query = this.#validation.transform(request.query, { type: 'query', metatype: DryRunQuery }) as DryRunQuery;
    if (query.dry_run === true || query.cursor === undefined) return query;
    throw invalid(
      ['query', 'cursor'],
      'a cursor belongs to a dry run; send dry_run=true with it',
      'cursor_without_dry_run',
    );
  }

  async #rehearsed(
    request: CallingRequest,
    { cursor }: DryRunQuery,
    reachOf: ReachOf,
    next: CallHandler,
    reply: FastifyReply,
  ): Promise<Answer> {
    const { scope, principal } = request;
    if (!scope) throw new Error('A dry run needs a scope.');
    if (!principal?.allowed.has(READ_ACCESS)) {
      throw forbidden(
        'insufficient_scope',
        `A dry run answers who has access: the token needs the scope ${READ_ACCESS} too.`,
      );
    }
    const path = request.url.split('?', 1)[0] ?? '';
    const change = [request.method, path, request.headers['if-match'] ?? null, request.body ?? null];
    const run = (): Promise<unknown> => lastValueFrom(next.handle(), { defaultValue: null });
    const result = await this.preview.of({ scope, tenant: tenantOf(scope, request) }, cleaned(reachOf(request)), run, {
      change,
      cursor,
    });
    void reply.code(200);
    return answer({ dry_run: true, ...result });
  }
}

/** The tenant that is looked at: the scope's own, or that of the path where the tenant itself is changed. */
function tenantOf(scope: AnyScope, request: CallingRequest): TenantScope {
  if (scope instanceof TenantScope) return scope;
  return new TenantScope(readPathId(request, 'tenant_id'), scope.actor, scope.requestId);
}

/** Only ids, in lower case: nothing of the request has been validated yet, and the route itself will refuse what is wrong. */
function cleaned({ applications, groups, users, onlyUsers, everything }: AccessReach): AccessReach {
  return {
    applications: lowered(applications),
    groups: lowered(groups),
    users: lowered(users),
    ...(everything === undefined ? {} : { everything }),
    ...(onlyUsers === undefined ? {} : { onlyUsers: lowered(onlyUsers) }),
  };
}

function lowered(ids: readonly string[] | undefined): string[] {
  return idsOf(ids)
    .filter((id) => isUuid(id))
    .map((id) => id.toLowerCase());
}
