import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { invalid } from '../kernel/domain-error.js';
import { isUuid } from '../kernel/ids.js';
import { shown } from './fields/field.js';

/** An id of the path, in lower case; 422 on the path where it is no UUID. */
export const PathId = createParamDecorator((name: string, context: ExecutionContext): string => {
  return readPathId(context.switchToHttp().getRequest<FastifyRequest>(), name);
});

/** The same for guards. */
export function readPathId(request: FastifyRequest, name: string): string {
  const value = (request.params as Readonly<Record<string, string | undefined>>)[name];
  if (!isUuid(value)) throw invalid(['path', name], `${name} must be a UUID, not ${shown(value)}`, 'uuid');
  return value.toLowerCase();
}
