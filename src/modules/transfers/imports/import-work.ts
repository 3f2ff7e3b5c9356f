import type { Readable } from 'node:stream';
import { DomainError } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { trailOf, actorJson } from '../../../persistence/audit-statement.js';
import type { BulkConnections, BulkResult, BulkSession } from '../../../persistence/bulk/index.js';
import type { DatabaseDoors } from '../../../persistence/database-doors.js';
import { statement } from '../../../persistence/statement.js';
import { TAKE_ORDINALS } from '../../users/index.js';
import type { ImportResponse, ImportState } from '../dto/import.responses.js';
import { IMPORT_KINDS } from '../kinds/kinds.js';
import type { ImportProgress } from './import-progress.js';
import { ImportRun } from './import-run.js';
import { linesOf, withKeptLines, type StagedLines } from './staged-lines.js';
import { BEAT, FINISH_IMPORT } from './imports.queries.js';

const BEAT_MS = 1000;

/** Numbers that no user has: what is only tried is numbered from here on, and taken back. */
const TRIED_ORDINALS = 2_000_000_000;

/** One event for the file as a whole. Values: tenant, actor, import. */
const RECORD_COMPLETED = statement(
  'transfers.record_completed',
  trailOf({
    from: 'imports i WHERE i.tenant_id = $1 AND i.id = $3',
    action: 'import.completed',
    resourceType: 'import',
    resourceId: 'i.id',
    after: `jsonb_build_object('id', i.id, 'kind', i.kind, 'format', i.format, 'atomic', i.atomic, 'lines_read', i.lines_read,
              'lines_written', i.lines_written, 'lines_unchanged', i.lines_unchanged, 'lines_bad', i.lines_bad)`,
    actor: '$2',
  }),
);

/** The run of an import from its start to its end, heartbeat and all. */
export class ImportWork {
  /** A beat that waits for a connection is enough. */
  #beating = false;

  constructor(
    private readonly doors: DatabaseDoors,
    private readonly bulk: BulkConnections,
    private readonly scope: TenantScope,
    private readonly started: ImportResponse,
    private readonly progress: ImportProgress,
  ) {}

  /** `permit` is asked once more before anything is written: the file may have taken hours. */
  async run(file: Readable, permit: () => Promise<void>): Promise<ImportResponse> {
    const beat = setInterval(() => void this.#beat(), BEAT_MS);
    try {
      const done = await this.#work(file, permit);
      if (done) return done;
      return await (this.#isRefused() ? this.#finish('failed', this.#tooManyBad()) : this.#finish('succeeded', null));
    } catch (error) {
      const isCut = file.errored !== null;
      const message = error instanceof DomainError ? error.message : 'The import failed.';
      const cut = 'The upload was cut before the whole file had arrived; nothing was written.';
      await this.#finish(isCut ? 'interrupted' : 'failed', isCut ? cut : message);
      if (isCut) throw new DomainError('malformed', 'upload_cut', cut);
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  /** Behind a pooler, no transaction waits for the file, nor for a statement outside of it: there may be one connection. */
  async #work(file: Readable, permit: () => Promise<void>): Promise<ImportResponse | null> {
    const { kind, format } = this.started;
    const lines = linesOf(file, format, IMPORT_KINDS[kind], this.progress);
    if (!this.bulk.pooled) {
      return this.bulk.transact(this.scope, (session) => this.#inside(session, lines, permit));
    }
    return withKeptLines(lines, async (kept) => {
      await permit();
      return this.bulk.transact(this.scope, (session) => this.#inside(session, kept, () => Promise.resolve()));
    });
  }

  /** The finished import, or null where nothing of it is to stay. */
  async #inside(
    session: BulkSession,
    lines: StagedLines,
    permit: () => Promise<void>,
  ): Promise<BulkResult<ImportResponse | null>> {
    const { kind, dry_run: dryRun } = this.started;
    const run = new ImportRun(IMPORT_KINDS[kind], session, this.scope, this.progress);
    await run.stage(lines);
    await run.check();
    if (this.#isRefused()) return { result: null, keep: false };
    await permit();
    await run.write((count) => this.#takeOrdinals(session, count));
    if (dryRun) return { result: null, keep: false };
    const [done] = await session.query<ImportResponse>(FINISH_IMPORT, this.#finishValues('succeeded', null));
    await session.query(RECORD_COMPLETED, [this.scope.tenantId, actorJson(this.scope), this.started.id]);
    if (!done) throw new DomainError('not_found', 'import_not_found', 'The import was deleted while it ran.');
    return { result: done, keep: true };
  }

  /**
   * In a transaction of its own, so that nobody who makes users waits for this file, but behind a pooler. What a failure
   * leaves unused stays unused: a number is never given twice.
   */
  async #takeOrdinals(session: BulkSession, count: number): Promise<number> {
    if (this.started.dry_run) return TRIED_ORDINALS;
    const values = [this.scope.tenantId, count];
    const [taken] = this.bulk.pooled
      ? await session.query<{ first: number }>(TAKE_ORDINALS, values)
      : await this.doors.database.write<{ first: number }>(this.scope, TAKE_ORDINALS, values);
    if (!taken) throw new Error('The counter of users answered no number.');
    return taken.first;
  }

  async #beat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    const { bytesRead, linesRead, linesBad } = this.progress;
    const values = [this.scope.tenantId, this.started.id, bytesRead, linesRead, linesBad];
    // A beat that is missed is made up for by the next one.
    await this.doors.database.write(this.scope, BEAT, values).catch(() => undefined);
    this.#beating = false;
  }

  #isRefused(): boolean {
    return this.started.atomic && this.progress.linesBad > 0;
  }

  #tooManyBad(): string {
    const { linesBad, linesRead } = this.progress;
    return `${linesBad} of ${linesRead} lines are bad; nothing was written.`;
  }

  async #finish(state: ImportState, message: string | null): Promise<ImportResponse> {
    const values = this.#finishValues(state, message);
    const [done] = await this.doors.database.write<ImportResponse>(this.scope, FINISH_IMPORT, values);
    return done ?? this.started;
  }

  #finishValues(state: ImportState, message: string | null): unknown[] {
    const { bytesRead, linesRead, linesBad, problems } = this.progress;
    const succeeded = state === 'succeeded';
    const written = succeeded ? this.progress.linesWritten : 0;
    const unchanged = succeeded ? linesRead - linesBad - written : 0;
    const counts = [bytesRead, linesRead, written, unchanged, linesBad];
    return [this.scope.tenantId, this.started.id, state, message, ...counts, JSON.stringify(problems)];
  }
}
