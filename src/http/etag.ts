import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ExpectedVersion } from '../kernel/version.js';

/** The entity tag of a version (RFC 9110 section 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The versions that an If-Match header asks for (RFC 9110 section 13.1.1); null where any will do (`*`, or no header).
 * The comparison is strong: weak tags, and what is no tag of ours, match no version.
 */
function expectedVersions(ifMatch: string | undefined): ExpectedVersion {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  return ifMatch.split(',').flatMap((tag) => {
    const version = /^"([1-9]\d{0,8})"$/.exec(tag.trim())?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

/** Hands a handler the versions that the caller's If-Match asks for, or null. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): ExpectedVersion => {
  return expectedVersions(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']);
});

/** Whether an If-None-Match header names the tag, by the weak comparison (RFC 9110 section 13.1.2). */
export function namesTag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
