import type { ConnectionOptions } from '../../src/persistence/engines/database-engine.js';

/** The connection of an engine as a URL, which is how a service is told of a database. */
export function urlOf(connection: ConnectionOptions, database?: string): string {
  if ('connectionString' in connection) {
    const url = new URL(connection.connectionString);
    if (database !== undefined) url.pathname = `/${database}`;
    return url.href;
  }
  const { host, port, user, password } = connection;
  const isSocket = host.startsWith('/');
  const url = new URL(`postgresql://${isSocket ? 'localhost' : host}:${port}/${database ?? connection.database}`);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  if (isSocket) url.searchParams.set('host', host);
  return url.href;
}
