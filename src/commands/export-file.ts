import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ExportsService } from '../modules/transfers/index.js';
import { CommandError } from '../start-failure.js';
import type { CommandContext } from './command.js';
import { withApplication } from './with-application.js';
import { showProgress } from './progress-bar.js';
import type { TransferArguments } from './transfer-arguments.js';
import { scopeOfTenant } from './transfer-tenant.js';

const NEWLINE = 0x0a;

/** Writes the tenant's rows into the file; answers how many bytes they are. */
export async function exportFile(
  context: CommandContext,
  { kind, file, tenant, format }: TransferArguments,
): Promise<string[]> {
  return withApplication(context, async (app) => {
    const scope = await scopeOfTenant(app, tenant);
    const rows = await app.get(ExportsService).open(scope, kind, format);
    if (file === '-') {
      await copy(rows, process.stdout, false);
      return [];
    }
    const bytes = await writeWhole(rows, file);
    return [`${kind}: ${bytes} bytes in ${file}`];
  });
}

/** The file has its name only when it is whole. */
async function writeWhole(rows: Readable, path: string): Promise<number> {
  const part = `${path}.part`;
  try {
    const bytes = await copy(rows, createWriteStream(part), true);
    await rename(part, path);
    return bytes;
  } catch (error) {
    rows.destroy();
    await rm(part, { force: true });
    throw new CommandError(`The file ${path} cannot be written: ${(error as Error).message}.`);
  }
}

async function copy(rows: Readable, target: Writable, end: boolean): Promise<number> {
  const progress = { bytesRead: 0, linesRead: 0 };
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      progress.bytesRead += chunk.length;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) progress.linesRead += 1;
      done(null, chunk);
    },
  });
  const stop = showProgress(null, () => progress);
  try {
    await pipeline(rows, count, target, { end });
  } finally {
    stop();
  }
  return progress.bytesRead;
}
