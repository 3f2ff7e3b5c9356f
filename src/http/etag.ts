import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** The entity tag of a version (RFC 9110 section 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version that an If-Match header asks for; null where any will do (`*`, or no header). Several tags, weak tags and
 * anything that is no tag of ours match no version: -1.
 */
function expectedVersion(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  const version = /^"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  return version === undefined ? -1 : Number(version);
}

/** Hands a handler the version that the caller's If-Match asks for, or null. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | null => {
  return expectedVersion(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']);
});
