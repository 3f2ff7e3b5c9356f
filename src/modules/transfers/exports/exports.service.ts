import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { TenantScope } from '../../../kernel/scope.js';
import { BulkConnections } from '../../../persistence/bulk/index.js';
import type { TransferFormat, TransferKind } from '../transfer-kinds.js';
import { exportQuery } from './exports.queries.js';

/** Everything of a kind as one file, which an import takes as it is. */
@Injectable()
export class ExportsService {
  constructor(private readonly bulk: BulkConnections) {}

  /**
   * The file, all of one moment; it is read no faster than it is taken. Destroying it cancels the query, and so does `leaving`
   * before there is a file.
   */
  async open(scope: TenantScope, kind: TransferKind, format: TransferFormat, leaving?: AbortSignal): Promise<Readable> {
    return this.bulk.copyOut(scope, exportQuery(scope, kind, format), format === 'csv' ? 'csv' : 'lines', leaving);
  }
}
