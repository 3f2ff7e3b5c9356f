import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { TenantScope } from '../kernel/scope.js';
import { ImportsService } from '../modules/transfers/index.js';
import { CommandError } from '../start-failure.js';
import type { CommandContext } from './command.js';
import { withApplication } from './with-application.js';
import { showProgress } from './progress-bar.js';
import type { TransferArguments } from './transfer-arguments.js';
import { scopeOfTenant } from './transfer-tenant.js';

/** Problems that are printed; the API lists a thousand. */
const MOST_PRINTED = 20;

/** Brings the file into the tenant; answers what came of its lines. */
export async function importFile(context: CommandContext, asked: TransferArguments): Promise<string[]> {
  const { file, size } = await openFile(asked.file);
  return withApplication(context, async (app) => {
    const scope = await scopeOfTenant(app, asked.tenant);
    return run(app.get(ImportsService), scope, asked, { file, size });
  });
}

async function run(
  imports: ImportsService,
  scope: TenantScope,
  asked: TransferArguments,
  { file, size }: { file: Readable; size: number | null },
): Promise<string[]> {
  const { id } = await imports.create(scope, asked);
  let stop = (): void => undefined;
  try {
    const watch = (now: { bytesRead: number; linesRead: number }): void => {
      stop = showProgress(size, () => now);
    };
    const done = await imports.run(scope, id, file, { dryRun: asked.dryRun, watch });
    stop();
    if (done.lines_bad > 0) await printProblems(imports, scope, id, done.lines_bad);
    if (done.state !== 'succeeded')
      throw new CommandError(`Import ${id} failed: ${done.message ?? 'nothing was written.'}`);
    const counts = `${done.lines_written} new, ${done.lines_unchanged} unchanged, ${done.lines_bad} bad`;
    return [
      `${asked.kind}: ${counts} of ${done.lines_read} lines${asked.dryRun ? '; nothing was written (dry run)' : ''}`,
    ];
  } finally {
    stop();
  }
}

/** Opened at once, so that a wrong name is said before anything is announced. */
async function openFile(path: string): Promise<{ file: Readable; size: number | null }> {
  if (path === '-') return { file: process.stdin, size: null };
  try {
    const { size } = await stat(path);
    const file = createReadStream(path);
    await new Promise((resolve, reject) => file.once('open', resolve).once('error', reject));
    return { file, size };
  } catch (error) {
    throw new CommandError(`The file ${path} cannot be read: ${(error as Error).message}.`);
  }
}

async function printProblems(imports: ImportsService, scope: TenantScope, id: string, count: number): Promise<void> {
  const { items, totalItems } = await imports.errors(scope, id, { perPage: MOST_PRINTED });
  for (const { line, message } of items) process.stderr.write(`line ${line}: ${message}\n`);
  if (totalItems > items.length) process.stderr.write(`and more; ${count} lines are bad in all\n`);
}
