/** One SQL statement with a name of its own: it is prepared once a connection, and logs call it by its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** `name` is unique in the whole service, `<room>.<what_it_does>`; the values are always parameters, never text. */
export function statement(name: string, text: string): Statement {
  return { name, text: text.trim() };
}
