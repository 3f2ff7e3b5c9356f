import { pipeline, Readable } from 'node:stream';
import { createGzip, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Shortest answer that is worth it, in bytes: what is shorter fits into one packet either way. */
const LEAST_BYTES = 1024;
/** Levels above cost twice as much for a hundredth of the size. */
const OPTIONS = { level: 5 } as const;
const TEXTS = /^(?:text\/|application\/(?:json|javascript|x-ndjson|jwk-set\+json)|image\/svg)/;

/**
 * Compresses answers for callers that take gzip. What has a strong ETag stays as it is: the tag names these very bytes
 * (RFC 9110 section 8.8.1), and If-Match takes no weak one; such answers are single resources, and short. Streams are
 * compressed as they come, in constant memory and no faster than they are taken.
 */
export function compressAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (!isWorthIt(request, reply, payload)) {
      done(null, payload);
      return;
    }
    addVary(reply);
    if (!takesGzip(request.headers['accept-encoding'])) {
      done(null, payload);
      return;
    }
    if (payload instanceof Readable) {
      announce(reply);
      done(
        null,
        pipeline(payload, createGzip(OPTIONS), () => undefined),
      );
      return;
    }
    gzip(payload, OPTIONS, (error, compressed) => {
      if (error) {
        done(null, payload);
        return;
      }
      announce(reply);
      done(null, compressed);
    });
  });
}

function isWorthIt(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): payload is string | Buffer | Readable {
  const isLong =
    payload instanceof Readable ||
    ((typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= LEAST_BYTES);
  if (!isLong || reply.statusCode === 206 || request.method === 'HEAD' || reply.hasHeader('Content-Encoding'))
    return false;
  const etag = reply.getHeader('ETag');
  if (typeof etag === 'string' && !etag.startsWith('W/')) return false;
  return TEXTS.test(String(reply.getHeader('Content-Type') ?? ''));
}

function addVary(reply: FastifyReply): void {
  const known = reply.getHeader('Vary');
  void reply.header('Vary', known === undefined ? 'Accept-Encoding' : `${String(known)}, Accept-Encoding`);
}

function announce(reply: FastifyReply): void {
  void reply.header('Content-Encoding', 'gzip').removeHeader('Content-Length').removeHeader('Accept-Ranges');
}

/** RFC 9110 section 12.5.3: gzip by name or by `*`, unless with a weight of 0. */
export function takesGzip(acceptEncoding: string | string[] | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  const weights = new Map<string, number>();
  for (const part of String(acceptEncoding).toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((each) => each.trim());
    const weight = parameters.find((each) => each.startsWith('q='))?.slice(2) ?? '1';
    weights.set(coding, Number(weight));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}
