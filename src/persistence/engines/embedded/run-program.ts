/** Runs one of PostgreSQL's programs to its end, apart from our process group and from our environment. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { errorText } from './error-code.js';

export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** For messages: the name in /etc/passwd, or `user id N`. */
  readonly name: string;
}

export interface ProgramResult {
  /** The exit status; -1 when a signal ended the program or it could not be started. */
  readonly code: number;
  /** The last 16 KB of what it printed, or why it could not be started. */
  readonly output: string;
}

export interface ProgramOptions {
  /** The account to run as; only root can choose one. */
  readonly account?: Account | undefined;
  /** An open file that takes the output; daemons inherit it, so it must not be a pipe for them. */
  readonly outputFile?: number;
  /** Added to the fixed environment; not on Windows. */
  readonly environment?: Readonly<Record<string, string>>;
}

const OUTPUT_LIMIT = 16 * 1024;

/** A daemon that keeps our pipe open must not keep us waiting after its starter has gone. */
const PIPE_GRACE_MS = 250;

/**
 * A fixed environment: PGDATA, PGPORT, LD_LIBRARY_PATH or a missing locale of the caller must not change what the
 * database does, and the service's secrets have no business in it. Windows programs cannot do without theirs.
 */
const POSIX_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/** Never rejects: a program that cannot be started is a result as well. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  try {
    return collect(spawn(file, args, spawnOptions(options)));
  } catch (error) {
    // Node reports some failures by an event and others, EPERM among them, by throwing.
    return Promise.resolve({ code: -1, output: errorText(error) });
  }
}

function spawnOptions({ account, outputFile, environment }: ProgramOptions): SpawnOptions {
  const output = outputFile ?? 'pipe';
  return {
    stdio: ['ignore', output, output],
    // Its own session: Ctrl-C in the terminal is for the service alone, which then stops the database in order.
    detached: true,
    windowsHide: true,
    ...(process.platform === 'win32' ? {} : { cwd: '/', env: { ...POSIX_ENVIRONMENT, ...environment } }),
    ...(account && { uid: account.uid, gid: account.gid }),
  };
}

function collect(child: ChildProcess): Promise<ProgramResult> {
  return new Promise((resolve) => {
    let output = '';
    const append = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
    };
    child.stdout?.on('data', append);
    child.stderr?.on('data', append);
    child.once('error', (error) => {
      resolve({ code: -1, output: error.message });
    });
    child.once('close', (code) => {
      resolve({ code: code ?? -1, output });
    });
    child.once('exit', (code) => {
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ code: code ?? -1, output });
      }, PIPE_GRACE_MS).unref();
    });
  });
}
