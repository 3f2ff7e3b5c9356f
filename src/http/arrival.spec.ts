import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
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
  // Answers when the first piece is there, as an import whose file cannot be read.
  server.put('/refused', { config: { takesFile: true } }, async ({ body }, reply) => {
    const pieces = (body as IncomingMessage).iterator({ destroyOnReturn: false });
    for await (const _ of pieces) return reply.code(422).send('no');
    return 'empty';
  });
  server.put('/unread', (_request, reply) => reply.code(401).send('no'));
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

const sockets: Socket[] = [];

/** Sends `bytes` over a connection of its own; `statuses` are those of what it was answered, once they are enough or it is closed. */
function speak(port: number, bytes: string): { socket: Socket; statuses: (enough: number) => Promise<number[]> } {
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  sockets.push(socket);
  let text = '';
  const seen = (): number[] => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  const statuses = async (enough: number): Promise<number[]> => {
    while (seen().length < enough && !socket.closed) await setTimeout(5);
    return seen();
  };
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  return { socket, statuses };
}

const put = (path: string, length: number): string =>
  `PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: ${length}\r\n\r\n`;

describe('limitArrival', () => {
  let running: { server: FastifyInstance; port: number };

  beforeAll(async () => {
    running = await listening();
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
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

  it.each(['/refused', '/unread'])(
    'takes the rest of a body that %s has answered early, and the next request',
    async (path) => {
      const rest = 'x'.repeat(4_000_000);
      const next = 'PUT /body HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';
      const { socket, statuses } = speak(running.port, put(path, rest.length + 1) + '1');
      const [first] = await statuses(1);
      socket.write(rest + next);
      expect(await statuses(2)).toEqual([first, 200]);
      expect(first).toBe(path === '/refused' ? 422 : 401);
    },
  );

  it.each(['/refused', '/unread'])(
    'does not wait for ever for what %s has answered early, nor answers twice',
    async (path) => {
      const { socket, statuses } = speak(running.port, put(path, 1_000_000) + '1');
      const more = setInterval(() => socket.write('1'), LIMIT_MS / 10);
      expect(await statuses(Infinity)).toEqual([path === '/refused' ? 422 : 401]);
      clearInterval(more);
      expect(socket.closed).toBe(true);
    },
  );
});
