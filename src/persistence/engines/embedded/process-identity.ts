/** Tells whether a process id written in a data folder still belongs to that folder's database server. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { errorCode } from './error-code.js';
import { runProgram } from './run-program.js';

/**
 * - `gone`: no such process, or only its zombie (a container whose first process does not reap).
 * - `ours`: the server of this folder.
 * - `other`: the number was given to another process, as happens after a reboot and in every new container.
 * - `unknown`: alive, and this platform does not say what it is.
 */
export type ProcessIdentity = 'gone' | 'ours' | 'other' | 'unknown';

/** Whether a process of that id exists, a zombie included. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** `cluster` is the data folder that the server would have been started with. */
export async function identifyServer(pid: number, cluster: string): Promise<ProcessIdentity> {
  if (!isAlive(pid)) return 'gone';
  if (process.platform === 'linux') return identifyOnLinux(pid, cluster);
  if (process.platform === 'win32') return 'unknown';
  return identifyByPs(pid, cluster);
}

/** A server's working directory is its data folder; inode numbers compare right even across mount namespaces. */
async function identifyOnLinux(pid: number, cluster: string): Promise<ProcessIdentity> {
  try {
    const status = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    if (isZombie(status)) return 'gone';
    const [cwd, folder] = await Promise.all([stat(`/proc/${String(pid)}/cwd`), stat(cluster)]);
    return cwd.dev === folder.dev && cwd.ino === folder.ino ? 'ours' : 'other';
  } catch (error) {
    return errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' ? 'gone' : 'unknown';
  }
}

/** proc(5): the state follows the name, which is in parentheses and may itself contain any character. */
export function isZombie(procStat: string): boolean {
  return /^\s*[ZX]/.test(procStat.slice(procStat.lastIndexOf(')') + 1));
}

async function identifyByPs(pid: number, cluster: string): Promise<ProcessIdentity> {
  const { code, output } = await runProgram('ps', ['-o', 'stat=,command=', '-p', String(pid)]);
  if (code !== 0 || output.trim().startsWith('Z')) return 'gone';
  if (!output.includes('postgres')) return 'other';
  const folder = await realpath(cluster).catch(() => cluster);
  return output.includes(folder) || output.includes(cluster) ? 'ours' : 'unknown';
}
