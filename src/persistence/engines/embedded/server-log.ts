/** The database server's log file: bounded at each start, and read again when a start fails. */
import { open, rename, stat, type FileHandle } from 'node:fs/promises';

const SIZE_LIMIT = 10 * 1024 * 1024;
const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 5;

/** Opens the log to append to; one that has passed 10 MB becomes `<file>.1` first, replacing the one before. */
export async function openServerLog(file: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const before = await stat(file).catch(() => undefined);
  if (before && before.size > SIZE_LIMIT) await rename(file, `${file}.1`);
  const handle = await open(file, 'a', 0o600);
  return { handle, size: (await handle.stat()).size };
}

/** What was written after byte `from`, at most its last 8 KB. */
export async function readServerLog(file: string, from: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

/** What a server says at every start, stop and recovery, and to whoever calls too early; and pg_ctl's own remarks. */
const ROUTINE = [
  /^LOG:\s+(starting|listening|database system|received|aborting|shutting|checkpoint|background|redo|invalid record|all server)/,
  /^HINT:\s+This probably means that some data is corrupted/,
  /FATAL:\s+(the database system is|terminating connection)/,
  /^pg_ctl: (could not start server|another server might be running)/,
  /^Examine the log output/,
];

/**
 * The lines that say why a program failed, without time stamps and routine remarks; empty when none does, as when the
 * program was killed.
 */
export function causeIn(log: string): string {
  const lines = log
    .split('\n')
    .map((line) => line.replace(/^.*?\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] /, '').trim())
    .filter((line) => line !== '' && !ROUTINE.some((pattern) => pattern.test(line)));
  return lines.slice(-TAIL_LINES).join('\n');
}
