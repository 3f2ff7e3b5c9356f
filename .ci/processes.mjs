// What runs on this machine, read from Linux's /proc: to tell that a stopped service left nothing behind.
import { readdir, readFile } from 'node:fs/promises';

/** One process; `started` tells it from a later one with the same id. Undefined if it is gone, or dead and not yet collected. */
async function processOf(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, and may contain anything.
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    return state === 'Z' ? undefined : { pid, parent: Number(parent), started: rest[17], command };
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

async function allProcesses() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return (await Promise.all(pids.map(processOf))).filter((found) => found !== undefined);
}

/** The process and all that it started, directly or not. */
export async function processTree(root) {
  const all = await allProcesses();
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** Those of `before` that still run, and any other whose command line names `folder`. */
export async function leftBehind(before, folder) {
  const same = (one, other) => one.pid === other.pid && one.started === other.started;
  return (await allProcesses()).filter((now) => before.some((then) => same(then, now)) || now.command.includes(folder));
}
