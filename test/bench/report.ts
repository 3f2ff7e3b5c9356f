import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { CONNECTIONS, type Row } from './rows.js';

const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));

/** One server's figures in one row: medians of its rounds. */
export interface Figures {
  readonly perSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the server's own process for each request, in microseconds. */
  readonly processor: number | null;
}

/** A row that was measured. */
export interface Measured {
  readonly row: Row;
  readonly doorlist: Figures;
  readonly floor: Figures;
  /** Requests a second of Doorlist over those of the floor in the burst next to it: the median of all rounds. */
  readonly ratio: number;
  /** Resident memory of the service after the row, in megabytes. */
  readonly memory: number | null;
}

/** The middle one; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** The table, as Markdown. */
export function tableOf(measured: readonly Measured[]): string {
  const head = [
    '',
    'Doorlist req/s',
    'Floor req/s',
    'Ratio',
    'Doorlist p50 / p99',
    'Floor p50 / p99',
    'Doorlist CPU',
    'Floor CPU',
    'Memory',
  ];
  const lines = measured.map(({ row, doorlist, floor, ratio, memory }) => [
    row.name,
    count(doorlist.perSecond),
    count(floor.perSecond),
    ratio.toFixed(2),
    latency(doorlist),
    latency(floor),
    microseconds(doorlist.processor),
    microseconds(floor.processor),
    memory === null ? '-' : `${memory.toFixed(0)} MB`,
  ]);
  return markdownTable([head, ...lines]);
}

/** The machine and the versions, for one line; null where the load is not of so many connections. */
export function machine(database: string, connections: number | null = CONNECTIONS): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 1e9).toFixed(0);
  const hardware = `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory} GB, ${type()} ${release()} ${arch()}`;
  const load = connections === null ? '' : `; ${connections} connections`;
  return `${hardware}; Node ${process.versions.node}; PostgreSQL ${database}${load}`;
}

/** Puts a text between the markers of a section of docs/benchmarks.md. */
export async function writeSection(section: string, text: string): Promise<void> {
  const [begin, end] = [`<!-- ${section}: written by npm run bench -- --write -->`, `<!-- /${section} -->`];
  const page = await readFile(PAGE, 'utf8');
  const [before, after] = [page.indexOf(begin), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`docs/benchmarks.md must have the lines "${begin}" and "${end}".`);
  const written = `${page.slice(0, before)}${begin}\n\n${text}\n\n${page.slice(after)}`;
  await writeFile(PAGE, await format(written, { parser: 'markdown', printWidth: 120 }));
}

/** Lines of cells as a Markdown table; the first line is its head. */
export function markdownTable([head = [], ...lines]: readonly (readonly string[])[]): string {
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function count(value: number): string {
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

function latency({ p50, p99 }: Figures): string {
  return `${p50} / ${p99} ms`;
}

function microseconds(value: number | null): string {
  return value === null ? '-' : `${Math.round(value).toLocaleString('en')} us`;
}
