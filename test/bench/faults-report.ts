import { markdownTable, median } from './report.js';

/** What one round of a fault came to; times are in milliseconds. */
export interface FaultRound {
  readonly requests: number;
  /** From the fault to the first 503; null where a round has none by nature. */
  readonly firstRefusal: number | null;
  /** The longest answer to a read, and to a write, that was under way while the fault lasted. */
  readonly longestRead: number;
  readonly longestWrite: number;
  /** From the end of the fault until nobody is refused any more; null where there is no such moment. */
  readonly wellAgain: number | null;
  readonly refusals: number;
  /** What is worse than a 503 with Retry-After. */
  readonly failures: number;
}

/** The rounds of one fault. */
export interface Fault {
  readonly name: string;
  readonly rounds: readonly FaultRound[];
}

/** Targets, in milliseconds, and the faults that they are for. */
const REFUSED_WITHIN = 2000;
const WELL_WITHIN = 5000;
const OUTAGES = ['Server stopped', 'Server frozen'];

/** The table of all faults, as Markdown. */
export function faultsReport(faults: readonly Fault[]): string {
  const head = ['', 'First 503', 'Longest read', 'Longest write', 'Well again', 'Refused', 'Failed otherwise', ''];
  const lines = faults.map((fault) => [
    fault.name,
    seconds(fault, 'firstRefusal'),
    seconds(fault, 'longestRead'),
    seconds(fault, 'longestWrite'),
    seconds(fault, 'wellAgain'),
    `${sum(fault, 'refusals')} of ${sum(fault, 'requests')}`,
    String(sum(fault, 'failures')),
    verdict(fault),
  ]);
  const rounds = faults[0]?.rounds.length ?? 0;
  return `Median / worst of ${rounds} rounds, in seconds.\n\n${markdownTable([head, ...lines])}`;
}

type Time = 'firstRefusal' | 'longestRead' | 'longestWrite' | 'wellAgain';

function timesOf({ rounds }: Fault, of: Time): number[] {
  return rounds.flatMap((round) => round[of] ?? []);
}

function seconds(fault: Fault, of: Time): string {
  const times = timesOf(fault, of);
  if (times.length === 0) return '';
  return [median(times), Math.max(...times)].map((time) => (time / 1000).toFixed(2)).join(' / ');
}

function sum({ rounds }: Fault, of: keyof FaultRound): number {
  return rounds.reduce((total, round) => total + (round[of] ?? 0), 0);
}

/** Whether the worst round kept what is promised of a server that is away. */
function verdict(fault: Fault): string {
  if (!OUTAGES.includes(fault.name)) return '';
  const worst = (of: Time): number => Math.max(...timesOf(fault, of));
  const isInTime = Math.max(worst('firstRefusal'), worst('longestRead'), worst('longestWrite')) <= REFUSED_WITHIN;
  return isInTime && worst('wellAgain') <= WELL_WITHIN && sum(fault, 'failures') === 0 ? 'met' : '**missed**';
}
