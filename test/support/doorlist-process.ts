import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { throughPooler } from './through-pooler.js';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const START_TIMEOUT_MS = 60_000;

/** How a service is started. */
interface Launch {
  /** The main file of another build. */
  readonly main?: string;
  /** Whether it is started in a session of its own: Linux shares its processors out by sessions first (sched(7), "autogroup"). */
  readonly ownSession?: boolean;
}

/** A service of the built code, in a process of its own. */
export interface DoorlistProcess {
  readonly url: string;
  readonly pid: number;
  /** All that it has printed so far, errors included. */
  output(): string;
  /** Sends the signal and waits for the end; answers the exit code, or null where a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts `node dist/src/main.js`, or another build, with these variables alone (and PATH, HOME); waits until it listens. Rejects
 * where it ends before.
 */
export async function startDoorlist(
  env: Readonly<Record<string, string>>,
  launch: Launch = {},
): Promise<DoorlistProcess> {
  const port = env.PORT ?? String(await freePort());
  const all = { HOST: '127.0.0.1', PUBLIC_URL: `http://127.0.0.1:${port}`, PORT: port, ...env };
  const { child, output, ended } = launchDoorlist(all, launch);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The service did not listen in time:\n${output()}`));
    }, START_TIMEOUT_MS);
    const look = (): void => {
      if (!output().includes('is listening')) return;
      // What it prints from now on is not searched again and again.
      child.stdout?.off('data', look);
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', look);
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`The service ended with ${String(code)} before it listened:\n${output()}`));
    });
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, output, stop };
}

/** Starts the service without waiting for anything; for tests of starts that fail. */
export function launchDoorlist(
  env: Readonly<Record<string, string>>,
  { main = MAIN, ownSession = false }: Launch = {},
): {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
} {
  const base = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  const child = spawn(process.execPath, [main], {
    env: { ...base, ...throughPooler(env) },
    detached: ownSession,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { child, output: () => printed, ended };
}

/** A port of 127.0.0.1 that is free at this moment. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
