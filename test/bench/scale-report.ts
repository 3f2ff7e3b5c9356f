import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { markdownTable, tableOf, type Measured } from './report.js';
import type { ImportFigures } from './scale-import.js';
import { plotOf } from './scale-plot.js';
import type { Scale, ScaleLine, SizeFigures } from './scale.js';

const PLOT = fileURLToPath(new URL('../../docs/benchmarks-scale.svg', import.meta.url));
/** At least so much of the floor's throughput, and at most so many times its p99. */
const LEAST_RATIO = 0.6;
const MOST_P99 = 2;
/** Resident memory of the service, in megabytes. */
const MOST_MEMORY = 300;

/** What was found, as Markdown. */
export function scaleReport(scale: Scale): string {
  const { sizes, compared, imported } = scale;
  const parts = [
    'Median / p99 of requests one after the other, in milliseconds, by the number of users; the target is for the median with the most of them.',
    linesTable(scale),
    '32 connections at once with the most users, beside the floor; the target is 0.60 of its throughput and twice its p99.',
    compared.length > 0 ? `${tableOf(compared)}\n\n${compared.map(verdictOf).join(' ')}` : 'Not measured.',
    'The service, and how long the data took to make.',
    sizesTable(sizes),
  ];
  if (imported) parts.push(importLine(imported));
  return parts.join('\n\n');
}

function importLine({ rows, imported, copied, memory }: ImportFigures): string {
  const beside =
    copied === null ? '' : `; COPY of the same rows: ${seconds(copied)}, ${(imported / copied).toFixed(2)} times`;
  const peak = memory === null ? '' : ` Resident memory of the service at its highest: ${memory.toFixed(0)} MB.`;
  return `Import of ${rows.toLocaleString('en')} rows (users, groups, memberships): ${seconds(imported)}${beside}.${peak}`;
}

/** Draws the lines into docs/. */
export async function writePlot({ lines }: Scale): Promise<void> {
  await writeFile(
    PLOT,
    plotOf(
      lines.map(({ name, times }) => ({
        name,
        points: [...times].map(([users, its]) => [users, its.median] as const),
      })),
    ),
  );
}

function linesTable({ sizes, lines }: Scale): string {
  const users = sizes.map((size) => size.users);
  const most = users.at(-1) ?? 0;
  const head = ['', ...users.map((size) => size.toLocaleString('en')), 'Target', ''];
  return markdownTable([
    head,
    ...lines.map((line) => {
      const cells = users.map((size) => timesCell(line, size));
      const limit = limitOf(line, lines, most);
      const ours = line.times.get(most)?.median;
      const verdict = limit === null || ours === undefined ? '' : passed(ours <= limit);
      return [
        line.name,
        ...cells,
        limit === null ? '' : `${limit < 10 ? limit.toFixed(1) : Math.round(limit)} ms`,
        verdict,
      ];
    }),
  ]);
}

function timesCell({ times }: ScaleLine, users: number): string {
  const its = times.get(users);
  return its === undefined ? '-' : `${figure(its.median)} / ${figure(its.p99)}`;
}

/** The target in milliseconds; null where there is none. */
function limitOf({ target }: ScaleLine, lines: readonly ScaleLine[], most: number): number | null {
  if (target === undefined) return null;
  if ('below' in target) return target.below;
  const other = lines.find(({ name }) => name === target.timesOf)?.times.get(most);
  return other === undefined ? null : other.median * target.factor;
}

function verdictOf({ row, ratio, doorlist, floor }: Measured): string {
  const [p99, isFast] = [doorlist.p99 / floor.p99, ratio >= LEAST_RATIO];
  return `${row.name}: ${ratio.toFixed(2)} of the floor (${passed(isFast)}), p99 ${p99.toFixed(1)} times (${passed(p99 <= MOST_P99)}).`;
}

function sizesTable(sizes: readonly SizeFigures[]): string {
  const head = ['Users', '32 writers on one group', 'p50 / p99', 'Failures', 'Memory', '', 'Data made in'];
  const lines = sizes.map(({ users, writers, memory, generatedInSeconds }) => [
    users.toLocaleString('en'),
    `${Math.round(writers.perSecond).toLocaleString('en')} req/s`,
    `${writers.p50} / ${writers.p99} ms`,
    `${writers.failures}${writers.failures === 0 ? '' : ' (missed)'}`,
    memory === null ? '-' : `${memory.toFixed(0)} MB`,
    memory === null ? '' : passed(memory <= MOST_MEMORY),
    seconds(generatedInSeconds * 1000),
  ]);
  return markdownTable([head, ...lines]);
}

function passed(isMet: boolean): string {
  return isMet ? 'met' : '**missed**';
}

function figure(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds).toLocaleString('en');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
