import type { Document, Schema } from './openapi-types.js';

/** Builds the example of a schema from the examples of its properties, so that no example is written twice. */
export function exampleOf(schema: Schema, document: Document): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref) return exampleOf(resolved(schema.$ref, document), document);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, document))) as object;
  if (schema.anyOf?.[0]) return exampleOf(schema.anyOf[0], document);
  if (schema.properties) {
    const entries = Object.entries(schema.properties).map(
      ([name, property]) => [name, exampleOf(property, document)] as const,
    );
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (schema.items) {
    const item = exampleOf(schema.items, document);
    return item === undefined ? [] : [item];
  }
  return schema.enum?.[0] ?? schema.default;
}

function resolved(reference: string, document: Document): Schema {
  const name = reference.split('/').at(-1) ?? '';
  const schema = document.components.schemas[name];
  if (!schema) throw new Error(`The OpenAPI document refers to ${reference}, which it does not have.`);
  return schema;
}
