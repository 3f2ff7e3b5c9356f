import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TemporaryFile } from '../../../persistence/bulk/index.js';
import type { ImportKind } from '../kinds/import-kind.js';
import { CsvSource } from '../reading/csv-source.js';
import { JsonSource } from '../reading/json-source.js';
import { Utf8Check } from '../reading/utf8-check.js';
import type { TransferFormat } from '../transfer-kinds.js';
import type { ImportProgress } from './import-progress.js';
import { LineStager } from './line-stager.js';

/** Writes the good lines of a file as rows of the staging table; answers the columns that the file has. */
export type StagedLines = (table: Writable) => Promise<ReadonlySet<string>>;

/**
 * Reads the whole file and checks each line by the rules of its kind, no faster than `table` takes the rows. Errors: 422
 * where it cannot be read as such a file.
 */
export function linesOf(
  file: Readable,
  format: TransferFormat,
  kind: ImportKind,
  progress: ImportProgress,
): StagedLines {
  return async (table) => {
    const source = format === 'csv' ? new CsvSource(kind) : new JsonSource(kind);
    const check = new Utf8Check((bytes) => (progress.bytesRead += bytes));
    const stager = new LineStager(kind, source, progress);
    // A request is not destroyed where its file is refused: it is still to be answered.
    await pipeline(file.iterator({ destroyOnReturn: false }), check, source.parser, stager, table);
    return new Set(source.used);
  };
}

/** The same lines from a temporary file, which all of them are in before `work` begins. */
export async function withKeptLines<T>(lines: StagedLines, work: (kept: StagedLines) => Promise<T>): Promise<T> {
  const file = await TemporaryFile.make();
  try {
    const used = await lines(file.write());
    return await work(async (table) => {
      await pipeline(file.read(), table);
      return used;
    });
  } finally {
    await file.remove();
  }
}
