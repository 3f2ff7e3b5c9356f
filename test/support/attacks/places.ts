import { resolved, type OpenApiDocument, type PlacedOperation } from '../openapi-document.js';
import { encoded, type Recorded } from './recorded-requests.js';

/** One place of a request that holds a text. */
export interface Place {
  /** Such as `path user_id`, `query filter`, `body operations.0.user_id`. */
  readonly name: string;
  /** Null where the request does not have it, but may. */
  readonly text: string | null;
  /** The request with another text, or any other value, in this place. */
  readonly with: (value: unknown) => Recorded;
}

/** The places of the path: what stands for the names in braces. */
export function pathPlaces(request: Recorded): Place[] {
  const [names, parts] = [request.template.split('/'), request.path.split('/')];
  return names.flatMap((name, at) =>
    name.startsWith('{')
      ? [
          {
            name: `path ${name.slice(1, -1)}`,
            text: decodeURIComponent(parts[at] ?? ''),
            with: (value: unknown) => ({
              ...request,
              // An empty part would be another route.
              path: parts.with(at, encoded(String(value) === '' ? ' ' : String(value))).join('/'),
            }),
          },
        ]
      : [],
  );
}

/** The places of the query: parameters that are sent, and those of these names that could be. */
export function queryPlaces(request: Recorded, names: readonly string[] = []): Place[] {
  const { query } = request;
  const sent = query.map(([name, text], at) => ({
    name: `query ${name}`,
    text,
    with: (value: unknown) => ({ ...request, query: query.with(at, [name, String(value)]) }),
  }));
  const known = new Set(query.map(([name]) => name));
  const others = names.filter((name) => !known.has(name));
  return [
    ...sent,
    ...others.map((name) => ({
      name: `query ${name}`,
      text: null,
      with: (value: unknown) => ({ ...request, query: [...query, [name, String(value)] as const] }),
    })),
  ];
}

/** The places of the body that hold a text, at any depth, and members of these names that it could have. */
export function bodyPlaces(request: Recorded, names: readonly string[] = []): Place[] {
  const body = request.body ?? (names.length > 0 ? {} : undefined);
  const sent: { at: Steps; text: string | null }[] = textsIn(body, []);
  const others = names
    .filter((name) => !Object.hasOwn(body as object, name))
    .map((name) => ({ at: [name], text: null }));
  return [...sent, ...others].map(({ at, text }) => ({
    name: `body ${at.join('.')}`,
    text,
    with: (value: unknown) => ({ ...request, body: replaced(body, at, value) }),
  }));
}

/** The places of the body that hold a list, at any depth. */
export function listPlaces(request: Recorded): { name: string; with: (value: unknown) => Recorded }[] {
  return listsIn(request.body, []).map((at) => ({
    name: `body ${at.join('.')}`,
    with: (value) => ({ ...request, body: replaced(request.body, at, value) }),
  }));
}

/** The members that the JSON body of an operation may have, by the document. */
export function memberNames(document: OpenApiDocument, { operation }: PlacedOperation): string[] {
  const schema = operation.requestBody?.content['application/json']?.schema;
  return schema === undefined ? [] : Object.keys(resolved(document, schema).properties ?? {});
}

/** Every JSON object of the body, itself included: where a member more could be put. */
export function objectPlaces(
  request: Recorded,
): { name: string; with: (member: string, value: unknown) => Recorded }[] {
  return objectsIn(request.body, []).map((at) => ({
    name: ['body', ...at].join('.'),
    with: (member, value) => ({ ...request, body: replaced(request.body, [...at, member], value) }),
  }));
}

type Steps = readonly string[];

function textsIn(value: unknown, at: Steps): { at: Steps; text: string }[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, [...at, name]));
}

function listsIn(value: unknown, at: Steps): Steps[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, each]) => listsIn(each, [...at, name]));
  return Array.isArray(value) ? [at, ...inner] : inner;
}

function objectsIn(value: unknown, at: Steps): Steps[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, each]) => objectsIn(each, [...at, name]));
  return Array.isArray(value) ? inner : [at, ...inner];
}

function replaced(value: unknown, [step, ...rest]: Steps, by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === step ? replaced(each, rest, by) : each));
  const members = value as Record<string, unknown>;
  const changed = replaced(members[step], rest, by);
  // Defined, not assigned: `__proto__` shall be a member like any other.
  return Object.defineProperty({ ...members }, step, {
    value: changed,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
