import type { CustomDecorator } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/domain-error.js';

/**
 * Most bytes of URL and headers together: a check of 1,000 resources by URL has up to 62,000, and beside it there are a
 * token of at most 8,192 and what proxies add. Node refuses what is larger by 431, before it is a request.
 */
export const MOST_HEAD_BYTES = 98_304;

/** Longest URL of every other route, in characters. */
const LONGEST_URL = 16_384;

/** A route whose URL may be as long as URL and headers together may be. */
export function TakesLongUrl(): CustomDecorator {
  return RouteConfig({ takesLongUrl: true });
}

/** Refuses longer URLs than the route takes by 414. */
export function limitUrls(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { length } = request.url;
    done(length > LONGEST_URL && !takesLongUrl(request) ? tooLong(length) : undefined);
  });
}

function takesLongUrl(request: FastifyRequest): boolean {
  return (request.routeOptions.config as { takesLongUrl?: boolean }).takesLongUrl === true;
}

function tooLong(length: number): DomainError {
  const message = `The URL has ${length} characters; ${LONGEST_URL} is the most that this route takes.`;
  return new DomainError('too_long', 'url_too_long', message);
}
