/** Which account the database runs as: ours, or an unprivileged one when we are root, since PostgreSQL refuses root. */
import { readFile } from 'node:fs/promises';
import { EngineError } from '../database-engine.js';
import { runProgram, type Account } from './run-program.js';

/** In order of preference: made for databases, made for nothing, made by the official Node images. */
const UNPRIVILEGED = ['postgres', 'nobody', 'node'];

/** False on Windows as well: there pg_ctl itself drops an administrator's rights. */
export function runningAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/** @throws EngineError when none of the accounts exists */
export async function chooseUnprivilegedAccount(): Promise<Account> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const account = findAccount(passwd, UNPRIVILEGED);
  if (account) return account;
  throw new EngineError(
    'start_failed',
    `PostgreSQL refuses to run as root, and none of the accounts ${UNPRIVILEGED.join(', ')} exists: ` +
      'run Doorlist as an ordinary user, or set DATABASE_URL',
  );
}

/** The first of `names` that /etc/passwd (passwd(5)) knows with a user id other than root's. */
export function findAccount(passwd: string, names: readonly string[]): Account | undefined {
  const rows = passwd.split('\n').map((line) => line.split(':'));
  for (const name of names) {
    const [, , uid, gid] = rows.find(([rowName]) => rowName === name) ?? [];
    if (uid && gid && Number(uid) > 0 && Number.isInteger(Number(gid))) {
      return { uid: Number(uid), gid: Number(gid), name };
    }
  }
  return undefined;
}

/**
 * Whether the account can get into a folder. Asked by trying, as the account: mode bits alone would miss access lists,
 * and every folder on the way counts.
 * @throws EngineError when nothing can be run as the account, as when root lacks CAP_SETUID
 */
export async function canEnter(account: Account | undefined, folder: string): Promise<boolean> {
  if (!account) return true;
  const { code, output } = await runProgram('/bin/sh', ['-c', 'cd -- "$0"', folder], { account });
  // Only an answer counts as one: taking a failure to ask for a "no" would put the data somewhere else.
  if (code >= 0) return code === 0;
  throw new EngineError(
    'start_failed',
    `PostgreSQL refuses to run as root, and nothing can be run as account ${account.name} either ` +
      `(${output || 'it was killed'}): run Doorlist as an ordinary user, or set DATABASE_URL`,
  );
}
