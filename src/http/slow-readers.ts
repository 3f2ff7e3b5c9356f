import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** What the buffers of the two systems take at once, in bytes: who does not read that keeps nothing of ours busy. */
const SHORT_BYTES = 65_536;

/**
 * Cuts callers that take nothing of a long answer for `limitMs`: it keeps memory, and an export a connection to the
 * database. An answer that waits for us may take as long as it needs.
 */
export function dropSlowReaders(fastify: FastifyInstance, limitMs: number): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    const isLong = payload instanceof Readable || (typeof payload === 'string' && payload.length > SHORT_BYTES);
    if (isLong) watch(reply, limitMs);
    done(null, payload);
  });
}

/** The socket's timer begins anew with every byte that leaves it. */
function watch(reply: FastifyReply, limitMs: number): void {
  const { socket } = reply.raw;
  if (!socket) return;
  reply.raw.setTimeout(limitMs, () => {
    if (socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(limitMs);
  });
}
