import { checkOne, type Column, type Report, type Staged } from './columns.js';
import type { StagedColumn } from './import-kind.js';
import { unknownOf, type Reference } from './references.js';

/** When a tie holds, as it is staged. */
export const STAGED_VALIDITY: readonly StagedColumn[] = [
  ['valid_from', 'timestamptz'],
  ['valid_until', 'timestamptz'],
];

/** What the lines of a kind that ties rows together begin with. */
export interface Tie {
  readonly references: readonly Reference[];
  /** The columns by which lines refer, and the same as they are staged. */
  readonly columns: readonly Column[];
  readonly staged: readonly StagedColumn[];
  /** For each end the names of its columns: a file must have one of them. */
  readonly required: readonly (readonly string[])[];
  /** What is staged of a line, from values that begin with those of `columns`; reports an end that is not named just once. */
  readonly stage: (values: readonly Staged[], report: Report) => Staged[];
  /** SELECT of lines that refer to what is not there ($1: tenant). */
  readonly bad: string;
}

/** A tie between `ends`, each of which is one of its references. */
export function tieOf(...ends: readonly (readonly Reference[])[]): Tie {
  const references = ends.flat();
  const ways = references.flatMap((each) => each.ways);
  const required = ends.map((end) => end.flatMap((each) => each.ways.map(({ column }) => column.name)));
  return {
    references,
    columns: ways.map(({ column }) => column),
    staged: ways.map(({ column, type }) => [column.name, type]),
    required,
    stage: (values, report) => {
      let from = 0;
      for (const names of required) {
        checkOne(names, values.slice(from, from + names.length), report);
        from += names.length;
      }
      return ways.map(({ key }, index) => {
        const value = values[index] ?? null;
        return value !== null && key ? key(value) : value;
      });
    },
    bad: references.map(unknownOf).join(' UNION ALL '),
  };
}
