import { TenantScope, type AnyScope } from '../kernel/scope.js';
import type { StatementWatch, WatchedStatement } from '../kernel/statement-watch.js';
import type { Tallies } from '../kernel/tallies.js';
import { labelOf } from './statement-label.js';

/** Puts statements into the trace of their request, and slow ones into the log: by name, never with text or values. */
export class StatementWatcher implements StatementWatch {
  /** `slowMs` is the time from which a statement is slow; 0: none is. */
  constructor(
    private readonly slowMs: number,
    private readonly log: { warn(entry: object): void },
    private readonly tallies: Tallies,
  ) {}

  ended(scope: AnyScope, statements: readonly WatchedStatement[], begun: number, failed: boolean): void {
    const took = performance.now() - begun;
    const isSlow = this.slowMs > 0 && took >= this.slowMs;
    if (!isSlow && scope.trace === null) return;
    const names = statements.map(labelOf);
    for (const name of names) scope.trace?.statement(name, begun, failed);
    if (!isSlow) return;
    this.tallies.slowStatements += 1;
    this.log.warn({
      msg: 'slow statement',
      request_id: scope.requestId,
      trace_id: scope.trace?.traceId,
      statement: names.join(' + '),
      duration_ms: Math.round(took),
      failed,
      tenant_id: scope instanceof TenantScope ? scope.tenantId : undefined,
      client_id: scope.actor.clientId ?? undefined,
    });
  }
}
