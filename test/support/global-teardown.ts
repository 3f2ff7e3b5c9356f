import { rm } from 'node:fs/promises';
import pg from 'pg';
import { running } from './running.js';

/** Stops the services, drops the databases of the run (also those that tests left) and stops the engine. */
export default async function globalTeardown(): Promise<void> {
  await Promise.all(running.services.map((service) => service.stop()));
  await running.pooler?.stop();
  const [template] = running.databases;
  if (running.adminUrl !== null && template !== undefined) {
    const client = new pg.Client({ connectionString: running.adminUrl });
    await client.connect();
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      [template],
    );
    for (const { datname } of rows)
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(datname)} WITH (FORCE)`);
    await client.end();
  }
  await running.engine?.stop();
  if (running.folder !== null) await rm(running.folder, { recursive: true, force: true });
}
