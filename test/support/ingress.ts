import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './doorlist-process.js';

const CONFIGURATION = new URL('../../docker/nginx.conf', import.meta.url);
const START_MS = 10_000;

/** An nginx in front of services, in a process of its own. */
export interface Ingress {
  readonly url: string;
  /** What it has complained of so far. */
  complaints(): string;
  stop(): Promise<void>;
}

/** Where nginx is on this machine; null where it is not. Debian keeps it out of the PATH of plain users. */
export function nginxProgram(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, 'nginx')).find((path) => isProgram(path));
  return found ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts nginx with the configuration of docker/, in which only addresses and places are others. */
export async function startIngress(program: string, upstreams: readonly string[]): Promise<Ingress> {
  const folder = await mkdtemp(join(tmpdir(), 'doorlist-nginx-'));
  // Started as root, its workers are other users.
  await chmod(folder, 0o711);
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configurationFor(folder, port, upstreams));
  const child = spawn(program, ['-e', 'stderr', '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const deadline = performance.now() + START_MS;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`nginx does not listen:\n${printed}`);
    await sleep(50);
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, complaints: () => printed, stop };
}

function configurationFor(folder: string, port: number, upstreams: readonly string[]): string {
  const servers = upstreams.map((url) => `server ${new URL(url).host} $1;`).join(' ');
  const changes: readonly (readonly [RegExp, string])[] = [
    [/\blisten 8080;/, `listen 127.0.0.1:${port};`],
    [/\bserver doorlist:3000 resolve ([^;]*);/, servers],
    [/^ *resolver .*$/m, ''],
    [/ \/dev\/stdout json;/, ` ${folder}/access.log json;`],
  ];
  let text = readFileSync(CONFIGURATION, 'utf8').replaceAll(' /tmp/', ` ${folder}/`);
  for (const [was, is] of changes) {
    if (!was.test(text)) throw new Error(`docker/nginx.conf has no ${String(was)} any more.`);
    text = text.replace(was, is);
  }
  return text;
}

async function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
