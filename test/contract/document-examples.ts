import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import {
  operationsOf,
  resolved,
  type OpenApiDocument,
  type PlacedOperation,
  type Schema,
} from '../support/openapi-document.js';

/** A place of the document that must have an example, with those it has. */
export interface ExamplePlace {
  readonly at: string;
  readonly schema: Schema;
  readonly examples: readonly unknown[];
}

/** Every parameter, body and answer of every operation. */
export function examplePlaces(document: OpenApiDocument): ExamplePlace[] {
  return operationsOf(document).flatMap((placed) => [
    ...placed.parameters.map((parameter) => ({
      at: `${placed.name}, ${parameter.in} parameter ${parameter.name}`,
      schema: parameter.schema ?? {},
      examples: examplesOf(parameter, resolved(document, parameter.schema ?? {})),
    })),
    ...contentPlaces(document, placed),
  ]);
}

function contentPlaces(document: OpenApiDocument, { name, operation }: PlacedOperation): ExamplePlace[] {
  const body = operation.requestBody
    ? [{ at: `${name}, body`, holder: resolved(document, operation.requestBody) }]
    : [];
  const answers = Object.entries(operation.responses).map(([status, response]) => ({
    at: `${name}, ${status}`,
    holder: resolved(document, response),
  }));
  return [...body, ...answers].flatMap(({ at, holder }) =>
    Object.entries(holder.content ?? {}).map(([type, media]) => ({
      at: `${at} as ${type}`,
      schema: media.schema ?? {},
      examples: examplesOf(media, {}),
    })),
  );
}

function examplesOf(
  holder: { example?: unknown; examples?: Record<string, { value?: unknown }> },
  schema: Schema,
): unknown[] {
  const named = Object.values(holder.examples ?? {}).map(({ value }) => value);
  return [holder.example, ...named, schema.example, ...(schema.examples ?? [])].filter(
    (example) => example !== undefined,
  );
}

/** What is wrong with the examples of a place, one sentence each. */
export class ExampleCheck {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  /** By the text of the schema: most operations share the same few. */
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    formats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'document', components: document.components }, 'document');
  }

  errors({ at, schema, examples }: ExamplePlace): string[] {
    if (examples.length === 0) return [`${at} has no example`];
    const validate = this.#compile(schema);
    return examples
      .filter((example) => !validate(example))
      .map(
        (example) =>
          `${at}: the example ${JSON.stringify(example)} is not valid: ${this.#ajv.errorsText(validate.errors)}`,
      );
  }

  #compile(schema: Schema): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
    const validate = this.#validators.get(text) ?? this.#ajv.compile(JSON.parse(text) as object);
    this.#validators.set(text, validate);
    return validate;
  }
}
