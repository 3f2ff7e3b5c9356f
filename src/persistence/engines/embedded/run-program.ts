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

/**
 * A Ctrl-C reaches a child too in the instant before it has left our process group, and ends it before it has begun.
 * That says nothing about the program, so it is run again.
 */
const GROUP_SIGNALS: readonly (NodeJS.Signals | null)[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const ATTEMPTS = 5;

/** Never rejects: a program that cannot be started is a result as well. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  for (let attempt = 1; ; attempt += 1) {
    const { signal, ...result } = await runOnce(file, args, options);
    if (!GROUP_SIGNALS.includes(signal) || attempt === ATTEMPTS) return result;
  }
}

interface Ended extends ProgramResult {
  readonly signal: NodeJS.Signals | null;
}

async function runOnce(file: string, args: readonly string[], options: ProgramOptions): Promise<Ended> {
  try {
    return await collect(spawn(file, args, spawnOptions(options)));
  } catch (error) {
    // Node reports some failures by an event and others, EPERM among them, by throwing.
    return { code: -1, output: errorText(error), signal: null };
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

function collect(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    let output = '';
    const append = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
    };
    child.stdout?.on('data', append);
    child.stderr?.on('data', append);
    child.once('error', (error) => {
      resolve({ code: -1, output: error.message, signal: null });
    });
    child.once('close', (code, signal) => {
      resolve({ code: code ?? -1, output, signal });
    });
    child.once('exit', (code, signal) => {
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ code: code ?? -1, output, signal });
      }, PIPE_GRACE_MS).unref();
    });
  });
}
