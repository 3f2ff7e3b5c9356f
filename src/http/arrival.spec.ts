import { request, type IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { fastify, type FastifyInstance } from 'fastify';
import { limitArrival } from './arrival.js';

const LIMIT_MS = 200;

/** A server with a route for bodies and one for files. */
async function listening(): Promise<{ server: FastifyInstance; port: number }> {
  const server = fastify({ requestTimeout: 0 });
  limitArrival(server, LIMIT_MS);
  server.addContentTypeParser('text/csv', (_request, file, done) => done(null, file));
  server.put('/body', () => 'done');
  server.put('/file', { config: { takesFile: true } }, async ({ body }) => {
    let bytes = 0;
    for await (const chunk of body as IncomingMessage) bytes += (chunk as Buffer).length;
    return String(bytes);
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return { server, port: (server.server.address() as { port: number }).port };
}

/** Sends `pieces` of a body, a pause before each, and answers the status; the body never ends where `ends` is false. */
async function statusOf(port: number, path: string, pieces: number, type: string, ends: boolean): Promise<number> {
  const sent = request({ port, path, method: 'PUT', headers: { 'content-type': type } });
  const status = new Promise<number>((resolve, reject) => {
    sent.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject);
  });
  for (let piece = 0; piece < pieces; piece += 1) {
    sent.write('1');
    await setTimeout(LIMIT_MS / 4);
  }
  if (ends) sent.end();
  return status;
}

describe('limitArrival', () => {
  let running: { server: FastifyInstance; port: number };

  beforeAll(async () => {
    running = await listening();
  });
  afterAll(() => running.server.close());

  it('refuses a body that does not arrive in time, though some of it does', async () => {
    expect(await statusOf(running.port, '/body', 12, 'application/json', true)).toBe(408);
  });

  it('lets one pass that does', async () => {
    expect(await statusOf(running.port, '/body', 1, 'application/json', true)).toBe(200);
  });

  it('lets a file take its time', async () => {
    expect(await statusOf(running.port, '/file', 12, 'text/csv', true)).toBe(200);
  });

  it('refuses a file of which nothing arrives any more', async () => {
    expect(await statusOf(running.port, '/file', 2, 'text/csv', false)).toBe(408);
  });
});
