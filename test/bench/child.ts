import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LOADER = new URL('../support/typescript.mjs', import.meta.url).href;

/** A process of the benchmark that takes orders and answers each with one message. */
export interface Child {
  readonly pid: number;
  /** Rejects where the process ends instead of answering. */
  ask<Answer>(order: object): Promise<Answer>;
  /** Ends the process and waits for it. */
  stop(): Promise<void>;
}

/** Starts a file of this folder, in a session of its own, as a program on another machine or under a service manager has one. */
export function startChild(file: string): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, {
    execArgv: ['--import', LOADER],
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    ask: (order) => ask(child, order),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function ask<Answer>(child: ChildProcess, order: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = (): void => reject(new Error(`Process ${String(child.pid)} of the benchmark ended early.`));
    child.once('exit', failed);
    child.once('message', (answer) => {
      child.off('exit', failed);
      resolve(answer as Answer);
    });
    child.send(order);
  });
}
