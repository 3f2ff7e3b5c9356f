import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '../kernel/principal.js';
import type { AnyScope } from '../kernel/scope.js';
import type { ScopedRequest } from './scoped-request.js';

/** Hands a handler the scope that the guards have opened for the call. */
export const CurrentScope = createParamDecorator((_: unknown, context: ExecutionContext): AnyScope => {
  const { scope } = context.switchToHttp().getRequest<ScopedRequest>();
  if (!scope) throw new Error('A handler asked for the scope of a route that opens none.');
  return scope;
});

/** Hands a handler who is calling. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<ScopedRequest>();
  if (!principal) throw new Error('A handler asked for the caller of a route that anybody may call.');
  return principal;
});
