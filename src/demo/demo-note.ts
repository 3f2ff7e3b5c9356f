import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoTenant } from './demo-tenant.js';

const FILE = 'demo-tenant.json';

/**
 * Keeps what the start prints of the demo tenant beside the embedded database, readable by its owner only: the database
 * itself has nothing but a digest of the secret, and the second start must print it again.
 */
export async function keepDemoNote(dataDir: string, demo: DemoTenant): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** What an earlier start kept; null where there is nothing. */
export async function readDemoNote(dataDir: string): Promise<DemoTenant | null> {
  try {
    return JSON.parse(await readFile(join(dataDir, FILE), 'utf8')) as DemoTenant;
  } catch {
    return null;
  }
}
