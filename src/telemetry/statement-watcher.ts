import { TenantScope, type AnyScope } from '../kernel/scope.js';
import type { StatementRun } from '../kernel/statement-run.js';
import type { StatementWatch } from '../kernel/statement-watch.js';
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

  ended(scope: AnyScope, runs: readonly StatementRun[]): void {
    for (const run of runs) this.#ended(scope, run);
  }

  #ended(scope: AnyScope, run: StatementRun): void {
    const took = run.ended - run.begun;
    const isSlow = this.slowMs > 0 && took >= this.slowMs;
    if (!isSlow && scope.trace === null) return;
    const name = labelOf(run.statement);
    scope.trace?.statement(name, run);
    if (!isSlow) return;
    this.tallies.slowStatements += 1;
    this.log.warn({
      msg: 'slow statement',
      request_id: scope.requestId,
      trace_id: scope.trace?.traceId,
      statement: name,
      duration_ms: Math.round(took),
      failed: run.failed,
      tenant_id: scope instanceof TenantScope ? scope.tenantId : undefined,
      client_id: scope.actor.clientId ?? undefined,
    });
  }
}
