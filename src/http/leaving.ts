import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Hands a handler a signal that is aborted when the caller goes away, or has the whole answer. */
export const Leaving = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const { raw } = context.switchToHttp().getResponse<FastifyReply>();
  const controller = new AbortController();
  if (raw.closed || raw.destroyed) controller.abort();
  else raw.once('close', () => controller.abort());
  return controller.signal;
});
