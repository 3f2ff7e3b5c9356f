import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/**
 * The objects of OpenAPI 3.1.0 (https://spec.openapis.org/oas/v3.1.0.html section 4.8) that a generated document is made
 * of, as a JSON Schema. It is stricter than the specification, as a test should be: no field that it does not know.
 */
const STRUCTURE = {
  $ref: '#/$defs/document',
  $defs: {
    text: { type: 'string', minLength: 1 },
    document: object({
      required: ['openapi', 'info', 'servers', 'tags', 'paths', 'components', 'security'],
      openapi: { const: '3.1.0' },
      info: object({
        required: ['title', 'version', 'description', 'license'],
        title: ref('text'),
        version: ref('text'),
        description: ref('text'),
        summary: ref('text'),
        termsOfService: { type: 'string', format: 'uri' },
        contact: { type: 'object' },
        license: object({
          required: ['name'],
          name: ref('text'),
          url: { type: 'string', format: 'uri' },
          identifier: ref('text'),
        }),
      }),
      servers: list(object({ required: ['url'], url: ref('text'), description: ref('text') })),
      tags: list(object({ required: ['name', 'description'], name: ref('text'), description: ref('text') })),
      security: list(ref('securityRequirement')),
      paths: { type: 'object', propertyNames: { pattern: '^/' }, additionalProperties: ref('pathItem') },
      components: object({
        required: ['schemas', 'securitySchemes'],
        schemas: map('schema'),
        securitySchemes: map('securityScheme'),
        parameters: map('parameter'),
        responses: map('response'),
        headers: map('header'),
      }),
    }),
    pathItem: object({
      ...Object.fromEntries(['get', 'put', 'post', 'delete', 'patch'].map((method) => [method, ref('operation')])),
      summary: ref('text'),
      description: ref('text'),
      parameters: list(ref('parameter')),
    }),
    operation: object({
      required: ['operationId', 'summary', 'tags', 'responses'],
      operationId: { type: 'string', pattern: '^[a-z][A-Za-z0-9]+$' },
      summary: ref('text'),
      description: ref('text'),
      tags: { type: 'array', items: ref('text'), minItems: 1, uniqueItems: true },
      parameters: { type: 'array', items: ref('parameter'), uniqueItems: true },
      requestBody: object({
        required: ['content'],
        content: map('mediaType'),
        required$: { type: 'boolean' },
        description: ref('text'),
      }),
      responses: {
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: '^[1-5]\\d\\d$' },
        additionalProperties: ref('response'),
      },
      security: { type: 'array', items: ref('securityRequirement') },
      deprecated: { type: 'boolean' },
      externalDocs: { type: 'object' },
    }),
    parameter: object({
      required: ['name', 'in', 'schema'],
      name: ref('text'),
      in: { enum: ['path', 'query', 'header', 'cookie'] },
      required$: { type: 'boolean' },
      description: ref('text'),
      deprecated: { type: 'boolean' },
      schema: ref('schema'),
      example: {},
      examples: { type: 'object' },
      style: ref('text'),
      explode: { type: 'boolean' },
    }),
    header: object({
      required: ['schema'],
      schema: ref('schema'),
      description: ref('text'),
      required$: { type: 'boolean' },
      example: {},
      examples: { type: 'object' },
    }),
    mediaType: object({
      required: ['schema'],
      schema: ref('schema'),
      example: {},
      examples: { type: 'object' },
      encoding: { type: 'object' },
    }),
    response: object({
      required: ['description'],
      description: ref('text'),
      content: map('mediaType'),
      headers: map('header'),
    }),
    securityRequirement: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
    securityScheme: {
      type: 'object',
      required: ['type'],
      oneOf: [
        { properties: { type: { const: 'http' }, scheme: ref('text') }, required: ['scheme'] },
        { properties: { type: { const: 'oauth2' }, flows: { type: 'object', minProperties: 1 } }, required: ['flows'] },
      ],
    },
    // Its keywords are checked against the metaschema of JSON Schema 2020-12.
    schema: { type: 'object', minProperties: 1 },
  },
};

/** Every keyword that a schema may use: JSON Schema 2020-12, and OpenAPI's own vocabulary (section 4.8.24.4). */
const KEYWORDS = new Set(
  `$ref $defs allOf anyOf oneOf not if then else properties patternProperties additionalProperties propertyNames items
   prefixItems contains minContains maxContains unevaluatedItems unevaluatedProperties dependentSchemas dependentRequired
   type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems
   uniqueItems maxProperties minProperties required title description default deprecated readOnly writeOnly examples format
   contentEncoding contentMediaType contentSchema discriminator xml externalDocs example`.split(/\s+/),
);

/** An object with these fields and no others. `required$` stands for a field that is itself called `required`. */
function object({ required, required$, ...properties }: Record<string, unknown>): object {
  return {
    type: 'object',
    ...(required === undefined ? {} : { required }),
    properties: { ...properties, ...(required$ === undefined ? {} : { required: required$ }) },
    patternProperties: { '^x-': {} },
    additionalProperties: false,
  };
}

function ref(name: string): object {
  return { $ref: `#/$defs/${name}` };
}

function list(items: object): object {
  return { type: 'array', items, minItems: 1 };
}

function map(name: string): object {
  return { type: 'object', additionalProperties: ref(name) };
}

/** What is wrong with the structure of the document, one sentence each. */
export function structureErrors(document: object): string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const validate = ajv.compile(STRUCTURE);
  validate(document);
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${String(message)} ${JSON.stringify(params)}`,
  );
}

const METASCHEMA = new Ajv2020({ strict: false, allErrors: true });

/** What is wrong with a schema and the schemas inside of it, one sentence each. `at` says where it stands. */
export function schemaErrors(schema: unknown, at: string): string[] {
  if (typeof schema === 'boolean') return [];
  if (typeof schema !== 'object' || schema === null) return [`${at} is no schema`];
  if (Object.keys(schema).length === 0) return [`${at} is empty`];
  const isValid = METASCHEMA.validateSchema(schema) === true;
  return [
    ...(isValid ? [] : [`${at}: ${METASCHEMA.errorsText(METASCHEMA.errors)}`]),
    ...Object.keys(schema)
      .filter((keyword) => !KEYWORDS.has(keyword) && !keyword.startsWith('x-'))
      .map((keyword) => `${at} has ${keyword}, which OpenAPI 3.1 does not know`),
    ...innerSchemas(schema).flatMap(([name, inner]) => schemaErrors(inner, `${at}/${name}`)),
  ];
}

function innerSchemas(schema: object): [string, unknown][] {
  return Object.entries(schema).flatMap(([keyword, value]: [string, unknown]): [string, unknown][] => {
    if (['items', 'additionalProperties', 'not', 'propertyNames', 'contains'].includes(keyword))
      return [[keyword, value]];
    if (['properties', 'patternProperties', '$defs'].includes(keyword)) return Object.entries(value as object);
    if (['allOf', 'anyOf', 'oneOf', 'prefixItems'].includes(keyword)) {
      return (value as unknown[]).map((inner, index) => [`${keyword}/${index}`, inner]);
    }
    return [];
  });
}
