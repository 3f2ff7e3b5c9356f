import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

/** As many shards as tell routing apart: every one of each table is a table that the run makes and drops. */
const SHARDS = 4;

interface Node {
  readonly nodename: string;
  readonly nodeport: number;
  readonly is_coordinator: boolean;
}

/** Runs work on a connection of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The nodes of the cluster that the database at `url` is distributed over; none where it is on one server. */
export async function nodesAt(url: string): Promise<Node[]> {
  return withClient(url, async (client) => {
    const { rowCount } = await client.query(`SELECT FROM pg_extension WHERE extname = 'citus'`);
    if (rowCount === 0) return [];
    const { rows } = await client.query<Node>(
      'SELECT nodename, nodeport, groupid = 0 AS is_coordinator FROM pg_dist_node ORDER BY groupid',
    );
    return rows;
  });
}

/** The database of this name on the server of `url`, or on one of its cluster's nodes. */
export function databaseAt(url: string, name: string, node?: Node): string {
  const found = new URL(url);
  found.pathname = `/${name}`;
  if (node !== undefined) [found.hostname, found.port] = [node.nodename, String(node.nodeport)];
  return found.href;
}

/**
 * Makes an empty database beside the one at `adminUrl`, or a migrated one by copying `template`. On a cluster it is made
 * on every node, and is migrated itself: distributed tables cannot be copied with their database.
 */
export async function createDatabase(adminUrl: string, name: string, template: string | null): Promise<string> {
  const nodes = await nodesAt(adminUrl);
  const url = databaseAt(adminUrl, name);
  if (nodes.length === 0) {
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template ?? 'template0'}`));
    return url;
  }
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  await joinCluster(adminUrl, name, nodes);
  if (template !== null) await migrate(url);
  return url;
}

/** Makes a cluster's nodes those of a database that the coordinator has. */
export async function joinCluster(adminUrl: string, name: string, nodes: readonly Node[]): Promise<void> {
  for (const node of nodes) {
    await withClient(databaseAt(adminUrl, 'postgres', node), async (client) => {
      if (!node.is_coordinator) await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
      await client.query(`ALTER DATABASE ${name} SET citus.shard_count = ${SHARDS}`);
    });
    await withClient(databaseAt(adminUrl, name, node), (client) => client.query('CREATE EXTENSION citus'));
  }
  await withClient(databaseAt(adminUrl, name), async (client) => {
    for (const { nodename, nodeport, is_coordinator: isCoordinator } of nodes) {
      const add = isCoordinator ? 'citus_set_coordinator_host' : 'citus_add_node';
      await client.query(`SELECT ${add}($1, $2)`, [nodename, nodeport]);
    }
  });
}

/** Drops the databases whose names begin so, on every node. */
export async function dropDatabases(adminUrl: string, beginning: string): Promise<void> {
  const nodes = await nodesAt(adminUrl);
  const urls = nodes.length === 0 ? [adminUrl] : nodes.map((node) => databaseAt(adminUrl, 'postgres', node));
  for (const url of urls) {
    await withClient(url, async (client) => {
      const { rows } = await client.query<{ datname: string }>(
        'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
        [beginning],
      );
      for (const { datname } of rows)
        await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(datname)} WITH (FORCE)`);
    });
  }
}

async function migrate(url: string): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: url, PUBLIC_URL: 'http://127.0.0.1' };
  await promisify(execFile)(process.execPath, [CLI, 'migrate'], { env });
}
