import fc, { type Arbitrary } from 'fast-check';
import {
  resolved,
  type OpenApiDocument,
  type Parameter,
  type PlacedOperation,
  type Schema,
} from './openapi-document.js';

/** Text that has broken programs before. */
const HOSTILE = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udfff\ud800',
  '\u202Eabc',
  '\ufeff',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  'ﬁ',
  'İstanbul',
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  '"}],"x":[{"',
  '%00',
  '%ZZ',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '${7*7}',
  '{{7*7}}',
  '$1',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0',
  '1e309',
  '9223372036854775808',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '2026-02-31T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  'infinity',
  '(1,2)',
  '{1,2}',
  '\r\nX-Injected: 1',
  'x'.repeat(300),
];

const hostileText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 20 }));

/** Any JSON, with hostile texts and names in it. */
const hostileJson: Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2, [], {}, [[]], {
    a: { b: [1, null] },
  }),
  fc.array(hostileText, { maxLength: 3 }),
  fc.dictionary(hostileText, fc.oneof(hostileText, fc.integer()), { maxKeys: 3 }),
);

/** Ids that mean something to the service under test, by the name of the parameter or field that takes them. */
export type KnownIds = Readonly<Record<string, readonly string[]>>;

/** What values are made from. */
interface Source {
  readonly document: OpenApiDocument;
  readonly ids: KnownIds;
}

/** Values that a schema allows, made from the schema itself; `name` is what it is called where it stands. */
function validValue(source: Source, schema: Schema, name: string): Arbitrary<unknown> {
  const node = resolved(source.document, schema);
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.allOf?.[0]) return validValue(source, node.allOf[0], name);
  const types = [node.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => validOfType(source, node, type, name)));
}

function validOfType(source: Source, schema: Schema, type: string, name: string): Arbitrary<unknown> {
  if (type === 'null') return fc.constant(null);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return validNumber(schema);
  if (type === 'array')
    return fc.uniqueArray(validValue(source, schema.items ?? {}, name.replace(/s$/, '')), {
      minLength: 1,
      maxLength: 3,
    });
  if (type === 'object') return validObject(source, schema);
  return validText(source, schema, name);
}

function validNumber(schema: Schema): Arbitrary<number> {
  const { minimum = 0, maximum = 1000 } = schema as { minimum?: number; maximum?: number };
  return fc.oneof(fc.integer({ min: minimum, max: Math.min(maximum, minimum + 5) }), fc.constantFrom(minimum, maximum));
}

function validObject(source: Source, schema: Schema): Arbitrary<unknown> {
  const { properties } = schema;
  if (!properties) return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, validValue(source, each, name)]),
  );
  return fc.record(model, { requiredKeys: schema.required ?? [] });
}

function validText({ ids }: Source, schema: Schema, name: string): Arbitrary<string> {
  if (schema.format === 'uuid') {
    const known = ids[name] ?? Object.values(ids).flat();
    return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: fc.uuid() });
  }
  if (schema.format === 'email') return fc.constantFrom('ada@example.com', 'a+b@b.co', "o'neil@xn--bcher-kva.example");
  if (schema.format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (typeof schema.pattern === 'string') return fc.stringMatching(new RegExp(schema.pattern));
  const { minLength = 1, maxLength = 30 } = schema as { minLength?: number; maxLength?: number };
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 30) });
}

/** The value with one member replaced, or one added; or something else altogether. */
function spoiled(valid: Arbitrary<unknown>): Arbitrary<unknown> {
  const nearly = fc.tuple(valid, hostileText, hostileJson, fc.nat()).map(([body, name, value, place]) => {
    if (typeof body !== 'object' || body === null) return value;
    const names = [...Object.keys(body), name];
    return { ...body, [names[place % names.length] ?? name]: value };
  });
  return fc.oneof({ weight: 4, arbitrary: nearly }, { weight: 1, arbitrary: hostileJson });
}

function validParameter(source: Source, parameter: Parameter): Arbitrary<string> {
  if (parameter.in === 'header')
    return fc.oneof(fc.constant(String(parameter.example)), fc.stringMatching(/^[\x20-\x7e]{1,40}$/));
  return validValue(source, parameter.schema ?? {}, parameter.name).map(String);
}

/** A request of an operation, as it is sent. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: none. */
  readonly body: unknown;
  /** What it is sent as: JSON, or a file as it is. */
  readonly contentType: string;
}

interface Given {
  readonly parameter: Parameter;
  readonly value: string;
}

interface Parts {
  readonly given: readonly Given[];
  readonly body: unknown;
  /** A parameter of the query that the operation does not have. */
  readonly added?: readonly [string, string];
}

/** Requests of one operation: wholly valid ones, those with one thing spoiled, and those with everything spoiled. */
export function requestOf(document: OpenApiDocument, placed: PlacedOperation, ids: KnownIds): Arbitrary<FuzzedRequest> {
  const source = { document, ids };
  const [contentType = 'application/json', media] =
    Object.entries(placed.operation.requestBody?.content ?? {})[0] ?? [];
  const schema = media?.schema;
  const validBody = schema ? validValue(source, schema, 'body') : fc.constant(undefined);
  const valid = fc.record<Parts>({ given: givenOf(source, placed.parameters), body: validBody });
  const onePartSpoiled = fc.oneof(
    fc.tuple(valid, fc.nat(), hostileText).map(([parts, place, value]) => withSpoiledParameter(parts, place, value)),
    fc.tuple(valid, spoiled(validBody)).map(([parts, body]) => ({ ...parts, body: schema ? body : undefined })),
    fc
      .tuple(valid, hostileText, hostileText)
      .map(([parts, name, value]) => ({ ...parts, added: [name, value] as const })),
    valid.map((parts) => ({ ...parts, body: undefined })),
  );
  const hostile = fc
    .tuple(valid, fc.array(hostileText, { minLength: 12, maxLength: 12 }), hostileJson)
    .map(([parts, texts, body]) => ({
      ...parts,
      given: parts.given.map(({ parameter }, index) => ({ parameter, value: texts[index % texts.length]! })),
      body: schema ? body : undefined,
    }));
  const parts: Arbitrary<Parts> = fc.oneof(
    { weight: 6, arbitrary: valid },
    { weight: 4, arbitrary: onePartSpoiled },
    { weight: 1, arbitrary: hostile },
  );
  return parts.map(({ given, body, added }) => ({
    method: placed.method,
    path: pathWith(placed.path, given) + queryWith(given, added),
    headers: headersWith(given),
    body,
    contentType,
  }));
}

/** All that are required, and some of the others. */
function givenOf(source: Source, parameters: readonly Parameter[]): Arbitrary<Given[]> {
  const each = parameters.map((parameter) => {
    const given = validParameter(source, parameter).map((value) => ({ parameter, value }));
    return parameter.required
      ? given
      : fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: given });
  });
  return fc.tuple(...each).map((given) => given.filter((one) => one !== null));
}

function withSpoiledParameter(parts: Parts, place: number, value: string): Parts {
  const spoiledPlace = place % Math.max(parts.given.length, 1);
  return { ...parts, given: parts.given.map((one, index) => (index === spoiledPlace ? { ...one, value } : one)) };
}

/** Percent-encoded where it is text at all; half a surrogate pair cannot be, and goes as bytes that are no UTF-8. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
}

function pathWith(template: string, given: readonly Given[]): string {
  return template.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = given.find(({ parameter }) => parameter.in === 'path' && parameter.name === name)?.value ?? '';
    // An empty segment would be another route.
    return encoded(value === '' ? ' ' : value);
  });
}

function queryWith(given: readonly Given[], added: readonly [string, string] | undefined): string {
  const pairs = given
    .filter(({ parameter }) => parameter.in === 'query')
    .map(({ parameter, value }) => [parameter.name, value] as const);
  const all = [...pairs, ...(added ? [added] : [])].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return all.length > 0 ? `?${all.join('&')}` : '';
}

/** Header values that are none, such as those with line breaks, would be other headers. */
function headersWith(given: readonly Given[]): Record<string, string> {
  const headers = given.filter(({ parameter, value }) => parameter.in === 'header' && /^[\x20-\x7e]+$/.test(value));
  return Object.fromEntries(headers.map(({ parameter, value }) => [parameter.name, value]));
}
