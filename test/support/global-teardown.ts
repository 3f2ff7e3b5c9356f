import { rm } from 'node:fs/promises';
import { dropDatabases } from './new-database.js';
import { running } from './running.js';

/** Stops the services, drops the databases of the run (also those that tests left) and stops the engine. */
export default async function globalTeardown(): Promise<void> {
  await Promise.all(running.services.map((service) => service.stop()));
  await running.pooler?.stop();
  const [template] = running.databases;
  if (running.adminUrl !== null && template !== undefined) {
    await dropDatabases(running.adminUrl, template);
  }
  await running.engine?.stop();
  if (running.folder !== null) await rm(running.folder, { recursive: true, force: true });
}
