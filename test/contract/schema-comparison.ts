import { resolved, type OpenApiDocument, type Schema } from '../support/openapi-document.js';

/** What a schema is for: of requests no more may be asked, of responses no less may be answered. */
export type Direction = 'request' | 'response';

interface Comparison {
  readonly contract: OpenApiDocument;
  readonly served: OpenApiDocument;
  readonly direction: Direction;
}

/** Keywords that refuse values which the bare type allows. */
const NARROWING = [
  'enum',
  'const',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
];

/** Where the contracts are silent and it was decided: ids are UUIDs, pages, lists and texts have bounds. */
const DECIDED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  page: { minimum: 1, maximum: 1_000_000_000 },
  per_page: { minimum: 1, maximum: 200 },
  application_ids: { minItems: 1, maxItems: 1000 },
  entity_ids: { minItems: 1, maxItems: 10_000 },
  role_name: { minLength: 1, maxLength: 200 },
  display_name: { minLength: 1, maxLength: 200 },
  description: { maxLength: 2000 },
  permissions: { maxItems: 1000 },
  'permissions[]': { minLength: 1, maxLength: 200 },
};

/** What `found` has taken away from `wanted` or narrowed, one sentence each. `at` says where the two stand. */
export function missingFromSchema(comparison: Comparison, wanted: Schema, found: Schema, at: string): string[] {
  const must = flattened(comparison.contract, wanted);
  const does = flattened(comparison.served, found);
  return [
    ...differentTypes(comparison, must, does, at),
    ...(must.format !== undefined && must.format !== does.format ? [`${at} has not the format ${must.format}`] : []),
    ...(comparison.direction === 'request' ? narrowed(must, does, at) : []),
    ...differentRequired(comparison, must, does, at),
    ...missingProperties(comparison, must, does, at),
    ...missingItems(comparison, must, does, at),
  ];
}

/** The schema with its reference followed and its `allOf` merged into it. */
function flattened(document: OpenApiDocument, schema: Schema): Schema {
  const { allOf = [], ...own } = resolved(document, schema);
  const parts = allOf.map((part) => flattened(document, part));
  return [...parts, own].reduce<Schema>(
    (merged, part) => ({
      ...merged,
      ...part,
      ...(merged.properties || part.properties ? { properties: { ...merged.properties, ...part.properties } } : {}),
      ...(merged.required || part.required ? { required: [...(merged.required ?? []), ...(part.required ?? [])] } : {}),
    }),
    {},
  );
}

function typesOf(document: OpenApiDocument, schema: Schema): Set<string> {
  const own = schema.type === undefined ? [] : [schema.type].flat();
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const others = alternatives.flatMap((each) => [...typesOf(document, flattened(document, each))]);
  return new Set([...own, ...others]);
}

function differentTypes(comparison: Comparison, must: Schema, does: Schema, at: string): string[] {
  const wanted = [...typesOf(comparison.contract, must)].sort();
  const found = [...typesOf(comparison.served, does)].sort();
  if (wanted.length === 0 || wanted.join() === found.join()) return [];
  return [`${at} is of type ${found.join(' | ') || 'nothing'}, not ${wanted.join(' | ')}`];
}

function narrowed(must: Schema, does: Schema, at: string): string[] {
  const name = /[\w-]+(?:\[\])?$/.exec(at)?.[0] ?? '';
  const added = NARROWING.filter(
    (keyword) => does[keyword] !== undefined && JSON.stringify(does[keyword]) !== JSON.stringify(must[keyword]),
  );
  const format = does.format !== must.format && does.format !== 'uuid' && must.format === undefined;
  return [
    ...added
      .filter((keyword) => DECIDED[name]?.[keyword] !== does[keyword])
      .map((keyword) => `${at} is narrowed by ${keyword}`),
    ...(format ? [`${at} is narrowed by format ${String(does.format)}`] : []),
  ];
}

function differentRequired({ direction }: Comparison, must: Schema, does: Schema, at: string): string[] {
  const [wanted, found] = [must.required ?? [], does.required ?? []];
  const lost = wanted.filter((name) => !found.includes(name)).map((name) => `${at} does not require ${name}`);
  if (direction === 'response') return lost;
  const asked = found.filter((name) => !wanted.includes(name));
  return [...lost, ...asked.map((name) => `${at} requires ${name}, which the contract does not`)];
}

function missingProperties(comparison: Comparison, must: Schema, does: Schema, at: string): string[] {
  return Object.entries(must.properties ?? {}).flatMap(([name, schema]) => {
    const twin = does.properties?.[name];
    return twin ? missingFromSchema(comparison, schema, twin, `${at}.${name}`) : [`${at}.${name} is missing`];
  });
}

function missingItems(comparison: Comparison, must: Schema, does: Schema, at: string): string[] {
  if (!must.items) return [];
  return does.items
    ? missingFromSchema(comparison, must.items, does.items, `${at}[]`)
    : [`${at} says nothing of its items`];
}
