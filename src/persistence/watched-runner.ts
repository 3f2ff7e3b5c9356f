import type { QueryRunner } from 'typeorm';
import type { AnyScope } from '../kernel/scope.js';
import type { StatementWatch } from '../kernel/statement-watch.js';
import { watched } from './pipeline/watched.js';
import { nameOfText } from './statement-name.js';

type Send = (...args: unknown[]) => Promise<unknown>;

/** Tells the watch of every statement of one transaction: all that TypeORM sends goes through its runner. */
export function watchRunner(runner: QueryRunner, scope: AnyScope, watch: StatementWatch): void {
  const send = runner.query.bind(runner) as Send;
  const query: Send = (...args) => {
    const text = String(args[0]);
    return watched(watch, scope, { name: nameOfText(text), text }, () => send(...args));
  };
  Object.assign(runner, { query });
}
