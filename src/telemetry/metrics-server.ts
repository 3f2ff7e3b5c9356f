import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** Where metrics come from. */
interface MetricsSource {
  text(): Promise<{ readonly type: string; readonly body: string }>;
}

/** Serves metrics on a port of their own, which no ingress leads to. Rejects where it cannot listen there. */
export async function serveMetrics(
  source: MetricsSource,
  { host, port, path }: { host: string; port: number; path: string },
): Promise<Server> {
  const server = createServer((request, response) => {
    const isRight = request.url?.split('?', 1)[0] === path && ['GET', 'HEAD'].includes(request.method ?? '');
    if (!isRight) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`There is nothing here but GET ${path}.\n`);
      return;
    }
    source.text().then(
      ({ type, body }) => response.writeHead(200, { 'Content-Type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

/** Serves metrics beside the API, where there is no port of their own. The route is in no document and asks for no token. */
export function serveMetricsAt(fastify: FastifyInstance, path: string, source: MetricsSource): void {
  fastify.get(path, async (_request, reply) => {
    const { type, body } = await source.text();
    return reply.type(type).send(body);
  });
}
