import { keepName } from './statement-name.js';
import type { Topology } from './topology/topology.js';

/**
 * One SQL statement with a name of its own: it is prepared once a connection, and logs call it by its name. One without a
 * name is planned for its values and not kept.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** What is sent to a cluster in its place, where that refuses it; it answers the same. */
  readonly onCitus?: string;
  /** Planned once a connection and never for its values; see `plannedOnce`. */
  readonly plannedOnce?: true;
  /** Longest time that it may take, in milliseconds, where that is not the connection's own. */
  readonly timeoutMs?: number;
}

/** `name` is unique in the whole service, `<room>.<what_it_does>`; the values are always parameters, never text. */
export function statement(name: string, text: string, onCitus?: string): Statement {
  const trimmed = text.trim();
  keepName(name, trimmed);
  if (onCitus === undefined) return { name, text: trimmed };
  keepName(name, onCitus.trim());
  return { name, text: trimmed, onCitus: onCitus.trim() };
}

/** The text of a statement for a database of this topology. */
export function textFor({ text, onCitus = text }: Statement, topology: Topology): string {
  return topology === 'citus' ? onCitus : text;
}

/**
 * The same statement, planned once for all values instead of anew for each. For what is long to plan beside its work and
 * has one good plan: every table entered by keys, whatever the values and the size of the tenant. Not for a LIMIT whose
 * number decides the plan.
 */
export function plannedOnce(planned: Statement): Statement {
  return { ...planned, plannedOnce: true };
}
