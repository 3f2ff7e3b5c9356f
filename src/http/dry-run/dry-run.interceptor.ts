import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { AccessScope } from '../../kernel/access-scopes.js';
import {
  AccessPreview,
  type AccessReach,
  type PreviewRequest,
  type PreviewScopes,
} from '../../kernel/access-preview.js';
import { forbidden, invalid } from '../../kernel/domain-error.js';
import { isUuid } from '../../kernel/ids.js';
import { PermissionPreview } from '../../kernel/permission-preview.js';
import type { Principal } from '../../kernel/principal.js';
import { TenantScope, type AnyScope } from '../../kernel/scope.js';
import { Answer, answer, bare } from '../answers.js';
import { readPathId } from '../path-id.js';
import { RequestValidationPipe } from '../request-validation.pipe.js';
import { failedOperationsIn } from './failed-operations.js';
import { DryRunQuery, RoleDryRunQuery, type DryRunParameters } from './dry-run.query.js';
import { DRY_RUN, idsOf, type DryRunOptions } from './reach.js';

interface CallingRequest extends FastifyRequest {
  principal?: Principal;
  scope?: AnyScope;
}

/** One request that is run dry. */
interface DryRun {
  readonly options: DryRunOptions;
  readonly request: CallingRequest;
  readonly cursor: string | undefined;
  readonly run: () => Promise<unknown>;
}

/**
 * Answers a change that is sent with `dry_run=true` with what it would do to access, or to permissions where roles change. The route itself runs, inside a
 * transaction that is taken back, so a dry run cannot say anything else than the real thing.
 */
@Injectable()
export class DryRunInterceptor implements NestInterceptor {
  readonly #validation = new RequestValidationPipe();

  constructor(
    private readonly reflector: Reflector,
    private readonly access: AccessPreview,
    private readonly permissions: PermissionPreview,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<CallingRequest>();
    if (!request.url.includes('?')) return next.handle();
    const options = this.reflector.get<DryRunOptions>(DRY_RUN, context.getHandler());
    const { dry_run: isDry, cursor } = this.#queryOf(request, options);
    if (isDry !== true) return next.handle();
    const run = (): Promise<unknown> => lastValueFrom(next.handle(), { defaultValue: null });
    return from(this.#answered({ options, request, cursor, run }, http.getResponse()));
  }

  #queryOf(request: CallingRequest, options: DryRunOptions): DryRunParameters {
    const metatype = typeof options === 'function' ? DryRunQuery : (options.query ?? RoleDryRunQuery);
    const query = this.#validation.transform(request.query, { type: 'query', metatype }) as DryRunParameters;
    if (query.dry_run === true || query.cursor === undefined) return query;
    throw invalid(
      ['query', 'cursor'],
      'a cursor belongs to a dry run; send dry_run=true with it',
      'cursor_without_dry_run',
    );
  }

  async #answered(dry: DryRun, reply: FastifyReply): Promise<Answer> {
    const data = { dry_run: true, ...(await this.#rehearsed(dry)) };
    void reply.code(200);
    return typeof dry.options !== 'function' && dry.options.isBare === true ? bare(data) : answer(data);
  }

  async #rehearsed({ options, request, cursor, run }: DryRun): Promise<object> {
    const { scope } = request;
    if (!scope) throw new Error('A dry run needs a scope.');
    const scopes: PreviewScopes = { scope, tenant: tenantOf(scope, request) };
    const bound: PreviewRequest = { change: changeOf(request), cursor };
    if (typeof options === 'function') {
      requireScope(request, 'assignments:read', 'has access');
      let done: unknown = null;
      const change = await this.access.of(
        scopes,
        cleaned(options(request)),
        async () => madeBy((done = await run())),
        bound,
      );
      const failed = failedOperationsIn(done);
      return failed ? { ...change, failed } : change;
    }
    requireScope(request, 'roles:read', 'holds permissions');
    return this.permissions.of(scopes, options.permissionsOf(request), run, bound);
  }
}

/** What a cursor is bound to: all of the request but the cursor itself. */
function changeOf({ method, url, query, headers, body }: CallingRequest): unknown[] {
  const { cursor: _cursor, dry_run: _dryRun, ...rest } = query as Record<string, unknown>;
  const path = url.split('?', 1)[0] ?? '';
  const own = Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1));
  return [method, path, headers['if-match'] ?? null, body ?? null, ...own];
}

/** The id of what a route has made; null where it has made nothing of the kind. */
function madeBy(result: unknown): string | null {
  return result instanceof Answer ? (result.identity.createdAs ?? null) : null;
}

function requireScope({ principal }: CallingRequest, needed: AccessScope, what: string): void {
  if (principal?.allowed.has(needed)) return;
  throw forbidden('insufficient_scope', `A dry run answers who ${what}: the token needs the scope ${needed} too.`);
}

/** The tenant that is looked at: the scope's own, or that of the path where the tenant itself is changed. */
function tenantOf(scope: AnyScope, request: CallingRequest): TenantScope {
  if (scope instanceof TenantScope) return scope;
  return new TenantScope(readPathId(request, 'tenant_id'), scope.actor, scope.requestId);
}

/** Only ids, in lower case: nothing of the request has been validated yet, and the route itself will refuse what is wrong. */
function cleaned({ applications, groups, users, onlyUsers, ...rest }: AccessReach): AccessReach {
  return {
    ...rest,
    applications: lowered(applications),
    groups: lowered(groups),
    users: lowered(users),
    ...(onlyUsers === undefined ? {} : { onlyUsers: lowered(onlyUsers) }),
  };
}

function lowered(ids: readonly string[] | undefined): string[] {
  return idsOf(ids)
    .filter((id) => isUuid(id))
    .map((id) => id.toLowerCase());
}
