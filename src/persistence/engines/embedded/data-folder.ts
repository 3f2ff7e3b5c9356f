/** Decides where the cluster of a data folder lives and whose it is, before anything is made or started. */
import { createHash } from 'node:crypto';
import { access, chmod, chown, constants, lstat, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EngineError } from '../database-engine.js';
import { canEnter, chooseUnprivilegedAccount, runningAsRoot } from './account.js';
import { errorCode, errorText } from './error-code.js';
import type { Account } from './run-program.js';

export interface DataFolder {
  /** The real path of DATA_DIR. */
  readonly path: string;
  /** Identifies the folder in names that must be short: 12 hex digits of a digest of its path. */
  readonly hash: string;
  /** Where `<dataDir>/postgres` is, or is to be: the cluster itself, or a link to it. */
  readonly entry: string;
  /** The account that PostgreSQL runs as; undefined for our own. */
  readonly account: Account | undefined;
  readonly cluster:
    | { readonly exists: true; readonly path: string; readonly majorVersion: string }
    | { readonly exists: false; readonly outside: boolean };
}

/** Where root keeps what an unprivileged account must reach and cannot reach in place. */
export const SYSTEM_FOLDER = '/var/lib/doorlist';

/**
 * Looks at a data folder and makes it when it is missing. The cluster is `<dataDir>/postgres`, or, when we are root and
 * the unprivileged account cannot get there (a checkout under /root), a folder in /var/lib/doorlist/clusters that
 * `<dataDir>/postgres` links to. The link decides: deleting DATA_DIR means starting afresh wherever the cluster is.
 * @throws EngineError when the folder cannot be used, naming the reason
 */
export async function inspectDataFolder(dataDir: string): Promise<DataFolder> {
  const path = await prepareFolder(resolve(dataDir));
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const entry = join(path, 'postgres');
  const existing = await findCluster(entry);
  if (existing) return { path, hash, entry, ...existing };

  const account = runningAsRoot() ? await chooseUnprivilegedAccount() : undefined;
  if (account) await letThrough(path, account);
  const outside = !(await canEnter(account, path));
  return { path, hash, entry, account, cluster: { exists: false, outside } };
}

/** The path of DATA_DIR with links resolved; made when missing, private to us unless another account must pass. */
async function prepareFolder(path: string): Promise<string> {
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined && runningAsRoot()) await chmod(path, 0o711);
    await access(path, constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (error) {
    throw unusable(
      `cannot use the data folder ${path}: ${errorText(error)}; set DATA_DIR to a folder that is writable`,
    );
  }
}

/**
 * Lets the account pass through a data folder that is root's alone (mode 0700), without letting it list or write: the
 * folder gets the account's group and that group gets search permission. Folders above it are not ours to change.
 */
async function letThrough(path: string, account: Account): Promise<void> {
  const { uid, mode } = await stat(path);
  if (uid !== 0 || (mode & 0o071) !== 0) return;
  await chown(path, 0, account.gid);
  await chmod(path, (mode & 0o7777) | 0o010);
}

type ExistingCluster = Pick<DataFolder, 'account'> & { readonly cluster: DataFolder['cluster'] & { exists: true } };

async function findCluster(entry: string): Promise<ExistingCluster | undefined> {
  if (!(await lstat(entry).catch(() => undefined))) return undefined;
  const path = await realpath(entry).catch(() => {
    throw unusable(
      `${entry} is a link to a folder that is missing: restore that folder, or remove the link to start empty`,
    );
  });
  if ((await readIfReachable(path)).length === 0) return undefined;
  const account = await ownerAccount(path);
  const version = await readFile(join(path, 'PG_VERSION'), 'utf8').catch(() => {
    throw unusable(
      `${entry} holds no PostgreSQL cluster (no PG_VERSION): move it away, or set DATA_DIR to another folder`,
    );
  });
  if (!(await canEnter(account, path))) {
    throw unusable(
      `account ${String(account?.name)} cannot reach its cluster ${path}: let it pass through the folders above ` +
        '(chmod o+x), or set DATA_DIR to another folder',
    );
  }
  return { account, cluster: { exists: true, path, majorVersion: version.trim() } };
}

async function readIfReachable(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    const owner = await stat(path).then(
      ({ uid }) => `user id ${String(uid)}`,
      () => 'another user',
    );
    throw unusable(
      errorCode(error) === 'EACCES'
        ? `the cluster ${path} belongs to ${owner}: run Doorlist as that user or as root, or set DATA_DIR to another folder`
        : `cannot read the cluster ${path}: ${errorText(error)}`,
    );
  }
}

/** PostgreSQL runs only as the owner of its cluster. One that is root's, as after a copy, is handed over. */
async function ownerAccount(path: string): Promise<Account | undefined> {
  if (process.getuid === undefined) return undefined;
  const { uid, gid } = await stat(path);
  if (!runningAsRoot()) {
    if (uid === process.getuid()) return undefined;
    throw unusable(`the cluster ${path} belongs to user id ${String(uid)}: run Doorlist as that user, or set DATA_DIR`);
  }
  if (uid !== 0) return { uid, gid, name: `user id ${String(uid)}` };
  const account = await chooseUnprivilegedAccount();
  await handOver(path, account);
  return account;
}

/** Gives a folder and everything in it to the account. */
async function handOver(path: string, account: Account): Promise<void> {
  for (const entry of await readdir(path, { recursive: true })) {
    const child = join(path, entry);
    const isLink = (await lstat(child)).isSymbolicLink();
    if (!isLink) await chown(child, account.uid, account.gid);
  }
  await chown(path, account.uid, account.gid);
}

export function unusable(message: string): EngineError {
  return new EngineError('data_folder_unusable', message);
}
