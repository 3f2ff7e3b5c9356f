import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { takesFile } from './file-body.js';
import { refuseSocket } from './raw-refusals.js';

const TIMED_OUT: NodeJS.ErrnoException = Object.assign(new Error('The request did not arrive in time.'), {
  code: 'ERR_HTTP_REQUEST_TIMEOUT',
});

/**
 * Bodies must have arrived within `limitMs` (408); a file may take as long as it needs, if some of it arrives within each
 * such time. Node's own limit knows no difference between routes. It still watches the headers. What is on its way still when
 * its request is answered is read and thrown away, so that the connection can be used again, for `limitMs` and no longer.
 */
export function limitArrival(fastify: FastifyInstance, limitMs: number): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    if (hasBody(raw)) {
      const stop = watch(raw, limitMs, takesFile(request));
      reply.raw.once('finish', () => {
        stop();
        if (!raw.complete) discardRest(raw, limitMs);
      });
    }
    done();
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Answers how to end it. */
function watch(raw: IncomingMessage, limitMs: number, isFile: boolean): () => void {
  let seen = raw.socket.bytesRead;
  const stop = (): void => clearInterval(timer);
  const timer = setInterval(() => {
    if (raw.complete || raw.socket.destroyed) {
      stop();
      return;
    }
    const moves = raw.socket.bytesRead > seen;
    // What has arrived and is not yet taken waits for us.
    if (isFile && (moves || raw.readableLength > 0)) {
      seen = raw.socket.bytesRead;
      return;
    }
    stop();
    refuse(raw);
  }, limitMs);
  timer.unref();
  raw.once('close', stop);
  return stop;
}

/** Of a request that is answered. Node does it alone where nobody has begun to read, and for as long as the caller likes. */
function discardRest(raw: IncomingMessage, limitMs: number): void {
  raw.resume();
  const timer = setTimeout(() => {
    if (!raw.complete) raw.destroy();
  }, limitMs);
  timer.unref();
  raw.once('close', () => clearTimeout(timer));
}

function refuse(raw: IncomingMessage): void {
  refuseSocket(TIMED_OUT, raw.socket, raw.url?.split('?', 1)[0] ?? '/');
  raw.destroy(TIMED_OUT);
}
