import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../config/config.js';
import { Delegation } from '../../../kernel/delegation.js';
import { DomainError, conflict, notFound } from '../../../kernel/domain-error.js';
import { newId } from '../../../kernel/ids.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { BulkConnections } from '../../../persistence/bulk/index.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import type { ImportErrorResponse, ImportResponse } from '../dto/import.responses.js';
import type { TransferFormat, TransferKind } from '../transfer-kinds.js';
import * as queries from './imports.queries.js';
import { ImportProgress } from './import-progress.js';
import { ImportWork } from './import-work.js';

/** What an import is to be. */
export interface ImportOrder {
  readonly kind: TransferKind;
  readonly format: TransferFormat;
  readonly atomic: boolean;
  readonly dryRun: boolean;
}

/** Files that become rows: each is announced, then sent, and can be watched from any instance meanwhile. */
@Injectable()
export class ImportsService {
  #running = 0;

  constructor(
    private readonly doors: DatabaseDoors,
    private readonly bulk: BulkConnections,
    private readonly config: Config,
    private readonly delegation: Delegation,
  ) {}

  /** Announces a file. Errors: 403 `permission_not_held` where a user acts who is no Admin: files put anybody anywhere. */
  async create(scope: TenantScope, order: ImportOrder): Promise<ImportResponse> {
    await this.#requireAdmin(scope);
    const { kind, format, atomic, dryRun } = order;
    const values = [scope.tenantId, newId(), kind, format, atomic, dryRun];
    const [made] = await this.doors.database.write<ImportResponse>(scope, queries.CREATE_IMPORT, values);
    if (!made) throw new Error('The database answered no import although it has made one.');
    return made;
  }

  /** Errors: 404. */
  async get(scope: TenantScope, id: string): Promise<ImportResponse> {
    const values = [scope.tenantId, id];
    const [found] = await this.doors.database.query<ImportResponse>(scope, queries.READ_IMPORT, values);
    if (!found) throw notFound('import', id);
    return found;
  }

  /** Those of `kinds`, the newest first. */
  async list(scope: TenantScope, kinds: readonly TransferKind[], request: PageRequest): Promise<Page<ImportResponse>> {
    const query = {
      list: 'imports',
      select: queries.IMPORT_COLUMNS,
      from: 'FROM imports i WHERE i.tenant_id = $1 AND i.kind = ANY ($2::text[])',
      values: [scope.tenantId, kinds],
      sort: [{ column: 'id', type: 'uuid' }],
      descending: true,
    } as const;
    return this.doors.paginator.rows(scope, query, request);
  }

  /** What was wrong with which line, in the order of the lines. Errors: 404. */
  async errors(scope: TenantScope, id: string, request: PageRequest): Promise<Page<ImportErrorResponse>> {
    const query = {
      list: 'import-errors',
      select: 'e.place, e.line::float8, e.column_name AS "column", e.code, e.message',
      from: 'FROM import_errors e WHERE e.tenant_id = $1 AND e.import_id = $2',
      values: [scope.tenantId, id],
      sort: [{ column: 'place', type: 'bigint' }],
    } as const;
    return this.doors.paginator.rows(scope, query, request);
  }

  /**
   * Reads the file and writes its rows; answers when that is done. Bad lines do not throw: they are counted in the
   * answer. A user must be an Admin when the file begins, and when it is written. Errors: 403, 404, 409 where the import was started before, 422 where the file cannot be read at all, 429 where
   * this instance has enough to do. `watch` is handed the progress.
   */
  async run(
    scope: TenantScope,
    id: string,
    file: Readable,
    options: { readonly dryRun: boolean; readonly watch?: (progress: ImportProgress) => void },
  ): Promise<ImportResponse> {
    await this.#requireAdmin(scope);
    if (this.#running >= this.config.importsAtOnce) throw tooMany(this.config.importsAtOnce);
    this.#running += 1;
    try {
      const values = [scope.tenantId, id, options.dryRun];
      const [started] = await this.doors.database.write<ImportResponse>(scope, queries.START_IMPORT, values);
      if (!started) throw alreadyStarted(await this.get(scope, id));
      const progress = new ImportProgress();
      options.watch?.(progress);
      return await new ImportWork(this.doors, this.bulk, scope, started, progress).run(file, () =>
        this.#requireAdmin(scope),
      );
    } finally {
      this.#running -= 1;
    }
  }

  async #requireAdmin(scope: TenantScope): Promise<void> {
    await this.delegation.giving(scope, { kind: 'everything' }, () => Promise.resolve());
  }
}

function tooMany(most: number): DomainError {
  const msg = `This instance imports ${most} files already; send the file again when one of them is done.`;
  return new DomainError('too_many', 'too_many_imports', msg);
}

function alreadyStarted({ id, state }: ImportResponse): DomainError {
  return conflict('import_started', `Import ${id} was started before and is ${state}; create another one.`);
}
