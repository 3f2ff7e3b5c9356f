/** Folders under construction: made beside their goal, renamed when complete, swept when their maker has died. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error-code.js';
import { isAlive } from './process-identity.js';

/** A maker in another container has a process id that means nothing here; its folder is safe this long. */
const SWEEP_AGE_MS = 60_000;

const STAGING_NAME = /^(.+)\.making-(\d+)-[0-9a-f]{8}$/;

/** Makes `<parent>/<name>.making-<pid>-<random>`, mode 0700, after removing what dead makers of `name` left there. */
export async function makeStaging(parent: string, name: string): Promise<string> {
  await sweepStaging(parent, name);
  const folder = join(parent, `${name}.making-${String(process.pid)}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Removes half-made folders of `name` whose maker is gone. What cannot be removed is left for the next time. */
export async function sweepStaging(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent).catch(() => [])) {
    const maker = stagingMaker(entry, name);
    if (maker === undefined || isAlive(maker)) continue;
    const folder = join(parent, entry);
    const stats = await lstat(folder).catch(() => undefined);
    if (!stats || Date.now() - stats.mtimeMs < SWEEP_AGE_MS) continue;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The process id that made a staging folder of `name`; undefined for any other entry. */
export function stagingMaker(entry: string, name: string): number | undefined {
  const [, madeName, pid] = STAGING_NAME.exec(entry) ?? [];
  return madeName === name ? Number(pid) : undefined;
}

/**
 * Moves a complete folder to its goal in one step; false when another process has put its own there first.
 * rename(2) refuses a goal that is a folder with anything in it, and that refusal is what settles the race.
 */
export async function claimByRename(complete: string, goal: string): Promise<boolean> {
  try {
    await rename(complete, goal);
    return true;
  } catch (error) {
    const taken = ['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errorCode(error) ?? '');
    const entries = taken ? await readdir(goal).catch(() => []) : [];
    if (entries.length > 0) return false;
    throw error;
  }
}
