import { Post, UseInterceptors, applyDecorators } from '@nestjs/common';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/**
 * A POST route; every one honours Idempotency-Key. The interceptor is bound here and not globally, because one global
 * interceptor makes Nest lead every request, reads too, through Observables.
 */
export function IdempotentPost(path = ''): MethodDecorator {
  return applyDecorators(Post(path), UseInterceptors(IdempotencyInterceptor));
}
