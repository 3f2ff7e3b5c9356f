const optional = new WeakSet();

/** Marks a request class whose body may be left out altogether; the handler then gets undefined. */
export function OptionalBody(): ClassDecorator {
  return (request) => {
    optional.add(request);
  };
}

/** Whether a body of this class may be left out. */
export function isOptionalBody(request: object): boolean {
  return optional.has(request);
}
