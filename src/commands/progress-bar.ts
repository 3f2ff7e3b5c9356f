import progress from 'cli-progress';

/** How far a file is. */
interface Progress {
  readonly bytesRead: number;
  readonly linesRead: number;
}

const EVERY_MS = 500;
const PLAIN_EVERY_MS = 5000;
const MEGABYTE = 1_000_000;

/** Where progress is shown, and how often; standard error, and as often as fits it, where left out. */
interface Shown {
  readonly on?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly everyMs?: number;
}

/**
 * Shows how far a file is until the answer is called: a bar on a terminal, elsewhere a line every five seconds. `total` is
 * its size in bytes; null where nobody knows.
 */
export function showProgress(
  total: number | null,
  now: () => Progress,
  { on: stream = process.stderr, everyMs }: Shown = {},
): () => void {
  return stream.isTTY
    ? showBar(stream, everyMs ?? EVERY_MS, total, now)
    : showLines(stream, everyMs ?? PLAIN_EVERY_MS, now);
}

function showBar(
  stream: NodeJS.WritableStream,
  everyMs: number,
  total: number | null,
  now: () => Progress,
): () => void {
  const format = total === null ? '{lines} lines, {megabytes} MB {step}' : '[{bar}] {percentage}% {lines} lines {step}';
  const bar = new progress.SingleBar(
    { stream, format, barsize: 30, formatBar: progress.Format.BarFormat, clearOnComplete: true },
    progress.Presets.legacy,
  );
  bar.start(total ?? 0, 0, fields(total, now()));
  const timer = setInterval(() => bar.update(now().bytesRead, fields(total, now())), everyMs);
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

function showLines(stream: NodeJS.WritableStream, everyMs: number, now: () => Progress): () => void {
  const timer = setInterval(() => {
    const { bytesRead, linesRead } = now();
    stream.write(`${linesRead} lines, ${Math.floor(bytesRead / MEGABYTE)} MB\n`);
  }, everyMs);
  return () => {
    clearInterval(timer);
  };
}
