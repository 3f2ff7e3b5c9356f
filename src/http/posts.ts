import { Post, UseInterceptors, applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { OnlyReads } from './consistency.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { ONLY_READS } from './openapi/route.decorator.js';

/**
 * A POST route that changes something; every one honours Idempotency-Key. The interceptor is bound here and not globally,
 * because one global interceptor makes Nest lead every request, reads too, through Observables.
 */
export function IdempotentPost(path = ''): MethodDecorator {
  return applyDecorators(Post(path), UseInterceptors(IdempotencyInterceptor));
}

/**
 * A POST route that changes nothing: its question has no room in a URL. It is answered anew each time, whatever
 * Idempotency-Key it comes with, as an answer that was kept would be old. A replica may answer it like a GET.
 */
export function ReadingPost(path = ''): MethodDecorator {
  return applyDecorators(Post(path), OnlyReads(), ApiExtension(ONLY_READS, true));
}
