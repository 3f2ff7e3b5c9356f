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
  const plain = { name, text: text.trim() };
  return onCitus === undefined ? plain : { ...plain, onCitus: onCitus.trim() };
}

/** The text of a statement for a database of this topology. */
export function textFor({ text, onCitus = text }: Pick<Statement, 'text' | 'onCitus'>, topology: Topology): string {
  return topology === 'citus' ? onCitus : text;
}

/**
 * The same statement, planned once for all values instead of anew for each. For what is long to plan beside its work and
 * has one good plan: every table entered by keys, whatever the values and the size of the tenant. Not for a LIMIT whose
 * number decides the plan, nor for what is right to read a table as a whole: such a plan never does.
 */
export function plannedOnce(planned: Statement): Statement {
  return { ...planned, plannedOnce: true };
}

/** What PostgreSQL takes a list for whose length it does not know. */
const FEW = 10;

/** A statement over a list of so many items: planned once for few of them, and for its values where there are more. */
export function plannedForList(planned: Statement, items: number): Statement {
  return items <= FEW ? plannedOnce(planned) : planned;
}
