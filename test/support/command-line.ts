import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { throughPooler } from './through-pooler.js';

const CLI = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

/** What a command has printed, a line each, and the code that it ended with. */
export interface CommandEnd {
  readonly code: number | null;
  readonly lines: string[];
  readonly errors: string[];
}

/** A command that runs. */
interface RunningCommand {
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<CommandEnd>;
  readonly ended: Promise<CommandEnd>;
}

/** Runs a command of the built command line with these variables alone (and PATH, HOME); without one, the command line alone. */
export async function command(name: string, env: Readonly<Record<string, string>> = {}): Promise<CommandEnd> {
  return startCommand(name, env).ended;
}

/** Starts a command in the same way, and does not wait for its end. */
export function startCommand(name: string, env: Readonly<Record<string, string>> = {}): RunningCommand {
  const base = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };
  const child = spawn(process.execPath, [CLI, ...name.split(' ').filter(Boolean)], {
    env: { ...base, ...throughPooler(env) },
  });
  const printed = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed.error += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve)).then((code) => {
    const lines = printed.out.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    // A library says on Node 20 that it would rather run on a later one.
    const errors = printed.error.split('\n').filter((line) => line !== '' && !line.startsWith('oidc-provider WARNING'));
    return { code, lines, errors };
  });
  const stop = async (signal: NodeJS.Signals): Promise<CommandEnd> => {
    child.kill(signal);
    return ended;
  };
  return { ended, stop };
}
