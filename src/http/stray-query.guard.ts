import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/domain-error.js';
import { DRY_RUN } from './dry-run/reach.js';

/** Nest's number for `@Query()` in the metadata of a handler's arguments. */
const QUERY_ARGUMENT = '4:';

/** Refuses query parameters on routes that take none (422), where they would otherwise be passed over in silence. */
@Injectable()
export class StrayQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!request.url.includes('?')) return true;
    const names = Object.keys(request.query as object);
    if (names.length === 0 || takesQuery(context)) return true;
    const issues = names.map((name) => ({
      loc: ['query', name],
      msg: `${name} is not a parameter of this request`,
      type: 'unknown_field',
    }));
    throw new DomainError('invalid', 'validation_failed', 'This route takes no query parameters.', issues);
  }
}

function takesQuery(context: ExecutionContext): boolean {
  // Those of a dry run are read and checked by its interceptor.
  if (Reflect.hasMetadata(DRY_RUN, context.getHandler())) return true;
  const handler = context.getHandler().name;
  const taken = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler) as object | undefined;
  return Object.keys(taken ?? {}).some((argument) => argument.startsWith(QUERY_ARGUMENT));
}
