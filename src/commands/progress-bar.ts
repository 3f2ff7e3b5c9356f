import progress from 'cli-progress';

/** How far a file is. */
interface Progress {
  readonly bytesRead: number;
  readonly linesRead: number;
}

const EVERY_MS = 500;
const PLAIN_EVERY_MS = 5000;
const MEGABYTE = 1_000_000;

/**
 * Shows on standard error how far a file is until the answer is called: a bar on a terminal, elsewhere a line every five
 * seconds. `total` is its size in bytes; null where nobody knows.
 */
export function showProgress(total: number | null, now: () => Progress): () => void {
  return process.stderr.isTTY ? showBar(total, now) : showLines(now);
}

function showBar(total: number | null, now: () => Progress): () => void {
  const format = total === null ? '{lines} lines, {megabytes} MB {step}' : '[{bar}] {percentage}% {lines} lines {step}';
  const bar = new progress.SingleBar(
    { format, barsize: 30, formatBar: progress.Format.BarFormat, clearOnComplete: true },
    progress.Presets.legacy,
  );
  bar.start(total ?? 0, 0, fields(total, now()));
  const timer = setInterval(() => bar.update(now().bytesRead, fields(total, now())), EVERY_MS);
  return () => {
    clearInterval(timer);
    bar.update(now().bytesRead, fields(total, now()));
    bar.stop();
  };
}

function fields(total: number | null, { bytesRead, linesRead }: Progress): object {
  const step = total !== null && total > 0 && bytesRead >= total ? '- read, now being written' : '';
  return { lines: linesRead, megabytes: Math.floor(bytesRead / MEGABYTE), step };
}

function showLines(now: () => Progress): () => void {
  const timer = setInterval(() => {
    const { bytesRead, linesRead } = now();
    process.stderr.write(`${linesRead} lines, ${Math.floor(bytesRead / MEGABYTE)} MB\n`);
  }, PLAIN_EVERY_MS);
  return () => {
    clearInterval(timer);
  };
}
