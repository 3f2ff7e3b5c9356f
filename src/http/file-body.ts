import type { Readable } from 'node:stream';
import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
// Not by its front door, which brings the whole server: commands serve nobody.
import { RouteConfig } from '@nestjs/platform-fastify/decorators/route-config.decorator.js';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Stream } from 'node:stream';

/** The content types of files that some routes take. */
export const FILE_TYPES = ['text/csv', 'application/x-ndjson'] as const;

/** A file on its way in, not yet read. `stream` is null where the request has no body of these types. */
export interface FileBody {
  readonly stream: Readable | null;
  /** Without parameters, in lower case; empty where there is none. */
  readonly contentType: string;
  /** Why it is in no form that this service reads, where it is in none. */
  readonly encoding: string | null;
}

/** A route whose body is a file of any size, which it reads as it comes in. */
export function TakesFile(example: string): MethodDecorator {
  return applyDecorators(
    RouteConfig({ takesFile: true }),
    ApiConsumes(...FILE_TYPES),
    ApiBody({ required: true, schema: { type: 'string', example } }),
  );
}

/** Whether the route of a request takes files. */
export function takesFile(request: FastifyRequest): boolean {
  return (request.routeOptions.config as { takesFile?: boolean }).takesFile === true;
}

/** Hands a handler the file that is sent. */
export const File = createParamDecorator((_: unknown, context: ExecutionContext): FileBody => {
  const { body, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = isUtf8 ? (headers['content-encoding'] ?? null) : charset;
  return { stream: body instanceof Stream.Readable ? body : null, contentType: type.trim(), encoding };
});
