import type { Document, Schema } from './openapi-types.js';
import { ENVELOPE } from './route.decorator.js';

/**
 * Gives the envelopes of answers their names as components, as contract 1 has them. Where it knows the data only as an
 * object (`..._dict_`), the answer is that, and at the same time our finer description.
 */
export function namedEnvelope(document: Document, schema: Schema): Schema {
  const name = (schema as Record<string, unknown>)[ENVELOPE];
  if (typeof name !== 'string') return schema;
  Reflect.deleteProperty(schema, ENVELOPE);
  const { schemas } = document.components;
  const reference = { $ref: `#/components/schemas/${name}` };
  if (!name.endsWith('_dict_')) {
    schemas[name] = schema;
    return reference;
  }
  const data: Schema = schema.properties?.data ?? {};
  const plain: Schema = data.type === 'array' ? { type: 'array', items: { type: 'object' } } : { type: 'object' };
  schemas[name] = { ...schema, properties: { ...schema.properties, data: plain } };
  return { allOf: [reference, { type: 'object', properties: { data } }] };
}
