import { readFile } from 'node:fs/promises';

/** Linux counts the processor time of a process in hundredths of a second. */
const TICKS_A_SECOND = 100;

/** Processor time that a process has used so far, all of its threads, in seconds; null where there is no /proc. */
export async function processorSeconds(pid: number): Promise<number | null> {
  const text = await read(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The second field, the name in parentheses, may hold spaces; utime and stime are fields 14 and 15.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Resident memory of a process, now and at its highest, in megabytes (10^6 bytes); null where there is no /proc. */
export async function residentMegabytes(pid: number): Promise<{ now: number; highest: number } | null> {
  const text = await read(`/proc/${pid}/status`);
  if (text === null) return null;
  const megabytes = (field: string): number =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024) / 1e6;
  return { now: megabytes('VmRSS'), highest: megabytes('VmHWM') };
}

async function read(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
