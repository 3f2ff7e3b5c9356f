/** The PostgreSQL programs that this process can really run, as the account that has to run them. */
import { join } from 'node:path';
import { EngineError, type EngineLog } from '../database-engine.js';
import { copyNative, findNativePackage, platformName, repairNative } from './native-package.js';
import { runProgram, type Account } from './run-program.js';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  /** `18.4`. */
  readonly version: string;
  /** `18`: a data folder belongs to one major version. */
  readonly majorVersion: string;
}

export interface BinariesOptions {
  readonly account: Account | undefined;
  /** Where a copy may be made when the installed files cannot be used where they are. */
  readonly copyParent: string;
  readonly log: EngineLog;
}

/**
 * The installed programs, or a copy of them when the account may not reach them (a checkout under /root), or when
 * they want repair and may not be written (read-only node_modules).
 * @throws EngineError when none fits this platform, or they do not run
 */
export async function findBinaries({ account, copyParent, log }: BinariesOptions): Promise<Binaries> {
  const installed = await findNativePackage();
  const repaired = await repairNative(installed.root);
  const first = await tryBinaries(installed.root, account);
  if (typeof first !== 'string' && repaired) return first;
  if (typeof first === 'string' && repaired && !/EACCES|permission denied/i.test(first)) throw doNotRun(first);

  const copy = join(copyParent, installed.label);
  await copyNative(installed.root, copy, { log, readableForAll: account !== undefined });
  const second = await tryBinaries(copy, account);
  if (typeof second !== 'string') return second;
  throw doNotRun(second);
}

/** Asks the server program for its version: the shortest run that also loads every library. */
async function tryBinaries(root: string, account: Account | undefined): Promise<Binaries | string> {
  const program = (name: string): string => join(root, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  const { code, output } = await runProgram(program('postgres'), ['--version'], { account });
  const version = /PostgreSQL\) (\d+)(\.\d+)?/.exec(output);
  if (code !== 0 || !version?.[1]) return output.trim() || `exit status ${String(code)}`;
  return {
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    version: version[1] + (version[2] ?? ''),
    majorVersion: version[1],
  };
}

/** The usual cause is a C library other than glibc, as in Alpine images; the loader then says ENOENT. */
function doNotRun(output: string): EngineError {
  return new EngineError(
    'unsupported_platform',
    `the embedded PostgreSQL does not run on this system (${platformName()}; it needs glibc on Linux): ` +
      `${output.slice(-300)}: set DATABASE_URL to a PostgreSQL server`,
  );
}
