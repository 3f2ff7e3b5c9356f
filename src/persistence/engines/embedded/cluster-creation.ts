/** Makes a new cluster with initdb: complete and in its place, or not there at all. */
import { randomBytes } from 'node:crypto';
import { appendFile, chmod, chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError, type EngineLog } from '../database-engine.js';
import type { Binaries } from './binaries.js';
import { SYSTEM_FOLDER, type DataFolder } from './data-folder.js';
import { errorCode, errorText } from './error-code.js';
import { runProgram, type Account } from './run-program.js';
import { causeIn } from './server-log.js';
import { INCLUDE_LINE } from './server-settings.js';
import { claimByRename, makeStaging, sweepStaging } from './staging.js';

/** The superuser that initdb makes, and the only one. */
export const SUPERUSER = 'doorlist';

/**
 * Text is UTF-8 and sorts by code point, with Unicode's letter case, by PostgreSQL's own rules: the same on every
 * operating system, and no index breaks when the C library changes.
 */
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/** What half-made clusters are called, wherever they are made. */
const STAGING = 'postgres';

export interface CreationRequest {
  readonly folder: DataFolder;
  readonly binaries: Binaries;
  readonly password: string;
  readonly log: EngineLog;
}

/**
 * Work goes on in a staging folder, so a kill at any moment leaves nothing that a later start would trust. When another
 * process finishes first, its cluster stays and ours is dropped: the caller looks at the folder again.
 * @throws EngineError when initdb fails
 */
export async function createCluster(request: CreationRequest): Promise<void> {
  const { folder } = request;
  const outside = !folder.cluster.exists && folder.cluster.outside;
  try {
    const goal = outside ? await outsideGoal(folder) : folder.entry;
    const staging = await makeStaging(dirname(goal), STAGING);
    try {
      const complete = await initialise(staging, request);
      const claimed = (await claimByRename(complete, goal)) && (!outside || (await claimByLink(folder, goal)));
      if (claimed) report(request, outside ? goal : undefined);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw failed(folder, errorText(error));
  }
}

/** A name of its own for each cluster: what an earlier, deleted data folder left there must not come back to life. */
async function outsideGoal(folder: DataFolder): Promise<string> {
  const parent = join(SYSTEM_FOLDER, 'clusters');
  await mkdir(parent, { recursive: true });
  await chmod(SYSTEM_FOLDER, 0o755);
  await chmod(parent, 0o711);
  return join(parent, `${folder.hash}-${randomBytes(4).toString('hex')}`);
}

/** symlink(2) refuses a name that exists, which settles a race as rename(2) does in place. */
async function claimByLink(folder: DataFolder, cluster: string): Promise<boolean> {
  try {
    await symlink(cluster, folder.entry);
    return true;
  } catch (error) {
    await rm(cluster, { recursive: true, force: true });
    if (errorCode(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** An operator who looks for the data must learn that it is not where DATA_DIR says. */
function report({ folder, binaries, log }: CreationRequest, outside: string | undefined): void {
  log.info(`made a new database with PostgreSQL ${binaries.version} in ${outside ?? folder.entry}`);
  if (outside === undefined) return;
  log.info(
    `account ${String(folder.account?.name)} cannot reach ${folder.path}, so the database is not kept there; ` +
      `${folder.entry} links to it`,
  );
}

async function initialise(staging: string, { folder, binaries, password }: CreationRequest): Promise<string> {
  const cluster = join(staging, 'cluster');
  const passwordFile = join(staging, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (folder.account) await giveTo(folder.account, [passwordFile, staging]);
  const { code, output } = await runProgram(
    binaries.initdb,
    [
      ...['--pgdata', cluster, '--username', SUPERUSER, '--pwfile', passwordFile],
      ...['--auth=scram-sha-256', '--no-instructions', ...LOCALE],
    ],
    { account: folder.account },
  );
  if (code !== 0) throw failed(folder, complaintsIn(output));
  await appendFile(join(cluster, 'postgresql.conf'), INCLUDE_LINE);
  return cluster;
}

async function giveTo(account: Account, paths: readonly string[]): Promise<void> {
  for (const path of paths) await chown(path, account.uid, account.gid);
}

function failed(folder: DataFolder, reason: string): EngineError {
  const remedy = reason.includes('could not look up effective user')
    ? 'run Doorlist as a user that /etc/passwd knows, or set DATABASE_URL to a server'
    : 'set DATA_DIR to another folder, or DATABASE_URL to a server';
  return new EngineError('start_failed', `cannot make a database in ${folder.path}: ${reason}; ${remedy}`);
}

/** What initdb and the server that it runs complain of, without the report of progress around it. */
function complaintsIn(output: string): string {
  const complaints = output.split('\n').filter((line) => /\b(FATAL|PANIC|ERROR|error|could not|HINT)\b/.test(line));
  return causeIn(complaints.length > 0 ? complaints.slice(0, 3).join('\n') : output);
}

/** Removes what killed first starts have left half-made in a data folder. */
export async function sweepHalfMade(folder: DataFolder): Promise<void> {
  await sweepStaging(folder.path, STAGING);
}
