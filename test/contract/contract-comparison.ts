import {
  operationsOf,
  resolved,
  type MediaType,
  type OpenApiDocument,
  type Operation,
  type Schema,
} from '../support/openapi-document.js';
import { missingFromSchema, type Direction } from './schema-comparison.js';

/** Under which names the document serves schemas of a contract, where they are others. */
type Renamed = Readonly<Record<string, string>>;

/** What the served document has taken away from the contract or narrowed, one sentence each; none where it contains all of it. */
export function missingFrom(contract: OpenApiDocument, served: OpenApiDocument, renamed: Renamed = {}): string[] {
  return [
    ...operationsOf(contract).flatMap((placed) => missingFromOperation(contract, served, placed)),
    ...missingSchemas(contract, served, renamed),
    ...missingSecuritySchemes(contract, served),
  ];
}

type Placed = ReturnType<typeof operationsOf>[number];

function missingFromOperation(contract: OpenApiDocument, served: OpenApiDocument, wanted: Placed): string[] {
  const found = operationsOf(served).find((placed) => placed.name === wanted.name);
  if (!found) return [`${wanted.name} is missing`];
  return [
    ...missingParameters(contract, served, wanted, found),
    ...missingFromBody(contract, served, wanted, found),
    ...missingResponses(contract, served, wanted, found),
    ...missingSecurity(contract, served, wanted, found.operation),
  ];
}

function missingParameters(
  contract: OpenApiDocument,
  served: OpenApiDocument,
  wanted: Placed,
  found: Placed,
): string[] {
  const problems = wanted.parameters.flatMap((parameter) => {
    const at = `${wanted.name}, ${parameter.in} parameter ${parameter.name}`;
    const twin = found.parameters.find((each) => each.name === parameter.name && each.in === parameter.in);
    if (!twin) return [`${at} is missing`];
    const [must, does] = [parameter.required ?? false, twin.required ?? false];
    return [
      ...(must === does ? [] : [`${at} is ${does ? 'required' : 'optional'}, not ${must ? 'required' : 'optional'}`]),
      ...missingFromSchema({ contract, served, direction: 'request' }, parameter.schema ?? {}, twin.schema ?? {}, at),
    ];
  });
  const added = found.parameters.filter(
    ({ name, in: place, required }) =>
      required && !wanted.parameters.some((each) => each.name === name && each.in === place),
  );
  return [...problems, ...added.map(({ name }) => `${wanted.name} requires ${name}, which the contract does not have`)];
}

function missingFromBody(contract: OpenApiDocument, served: OpenApiDocument, wanted: Placed, found: Placed): string[] {
  const { requestBody: wantedBody } = wanted.operation;
  const { requestBody: foundBody } = found.operation;
  const at = `${wanted.name}, body`;
  if (!wantedBody) return foundBody?.required ? [`${at} is required, and the contract has none`] : [];
  if (!foundBody) return [`${at} is missing`];
  const [must, does] = [resolved(contract, wantedBody), resolved(served, foundBody)];
  return [
    ...((must.required ?? false) === (does.required ?? false)
      ? []
      : [`${at} is not ${must.required ? 'required' : 'optional'}`]),
    ...missingContent({ contract, served, direction: 'request' }, must.content, does.content, at),
  ];
}

function missingResponses(contract: OpenApiDocument, served: OpenApiDocument, wanted: Placed, found: Placed): string[] {
  return Object.entries(wanted.operation.responses).flatMap(([status, response]) => {
    const at = `${wanted.name}, ${status}`;
    const twin = found.operation.responses[status];
    if (!twin) return [`${at} is missing`];
    const must = resolved(contract, response).content ?? {};
    const does = withoutDryRun(resolved(served, twin).content ?? {});
    if (Object.keys(must).length === 0 && Object.keys(does).length > 0)
      return [`${at} has a body, and the contract has none`];
    return missingContent({ contract, served, direction: 'response' }, must, does, at);
  });
}

/** What is answered to all who do not send `dry_run`, which no contract has: the rest of the alternatives, or no body. */
function withoutDryRun(content: Record<string, MediaType>): Record<string, MediaType> {
  const entries = Object.entries(content).flatMap(([type, media]): [string, MediaType][] => {
    const { anyOf = [] } = media.schema ?? {};
    const others = anyOf.filter(({ $ref }) => $ref?.endsWith('/PermissionChange') !== true);
    const [only, ...more] = others;
    if (others.length === anyOf.length || only === undefined || more.length > 0) return [[type, media]];
    return only.type === 'null' ? [] : [[type, { ...media, schema: only }]];
  });
  return Object.fromEntries(entries);
}

interface Comparison {
  readonly contract: OpenApiDocument;
  readonly served: OpenApiDocument;
  readonly direction: Direction;
}

function missingContent(
  comparison: Comparison,
  wanted: Record<string, MediaType>,
  found: Record<string, MediaType>,
  at: string,
): string[] {
  return Object.entries(wanted).flatMap(([type, media]) => {
    const twin = found[type];
    if (!twin) return [`${at} is missing as ${type}`];
    return missingFromSchema(comparison, media.schema ?? {}, twin.schema ?? {}, at);
  });
}

/** The ways in that the contract offers must be offered, each by itself. */
function missingSecurity(
  contract: OpenApiDocument,
  served: OpenApiDocument,
  wanted: Placed,
  found: Operation,
): string[] {
  const offered = (found.security ?? served.security ?? []).map((way) => Object.keys(way).join(' and '));
  const ways = wanted.operation.security ?? contract.security ?? [];
  return ways
    .map((way) => Object.keys(way).join(' and '))
    .filter((way) => !offered.includes(way))
    .map((way) => `${wanted.name} cannot be called with ${way}`);
}

/** Schemas by their names: generated clients are built on them. */
function missingSchemas(contract: OpenApiDocument, served: OpenApiDocument, renamed: Renamed): string[] {
  const requests = requestSchemasOf(contract);
  return Object.entries(contract.components.schemas).flatMap(([name, schema]) => {
    const at = `schema ${name}`;
    const twin = served.components.schemas[renamed[name] ?? name];
    if (!twin) return [`${at} is missing`];
    const direction = requests.has(name) ? 'request' : 'response';
    return missingFromSchema({ contract, served, direction }, schema, twin, at);
  });
}

function requestSchemasOf(contract: OpenApiDocument): Set<string> {
  const schemas = operationsOf(contract).flatMap(({ operation }) =>
    operation.requestBody
      ? Object.values(resolved(contract, operation.requestBody).content).map(({ schema }) => schema)
      : [],
  );
  return new Set(schemas.map((schema: Schema | undefined) => schema?.$ref?.split('/').at(-1) ?? ''));
}

function missingSecuritySchemes(contract: OpenApiDocument, served: OpenApiDocument): string[] {
  return Object.entries(contract.components.securitySchemes).flatMap(([name, scheme]) => {
    const twin = served.components.securitySchemes[name];
    if (!twin) return [`security scheme ${name} is missing`];
    return Object.entries(scheme)
      .filter(([field, value]) => twin[field] !== value)
      .map(([field, value]) => `security scheme ${name} has ${field} ${String(twin[field])}, not ${String(value)}`);
  });
}
