import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Content {
  schema?: object;
}

interface Response {
  $ref?: string;
  content?: Record<string, Content>;
}

interface Operation {
  responses: Record<string, Response>;
}

/** The served document, as far as the tests read it. */
export interface ServedDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; responses?: Record<string, Response> };
}

/** By what they were made of. Instances of one build promise the same, and to compile that takes longer than most test files. */
const made = new Map<string, OpenApiCheck>();

/** Checks answers against the OpenAPI document that the service itself serves. */
export class OpenApiCheck {
  readonly #ajv: Ajv2020;
  readonly #routes: { pattern: RegExp; methods: Record<string, Operation> }[];
  readonly #validators = new Map<object, ValidateFunction>();

  constructor(readonly document: ServedDocument) {
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'doorlist', components: document.components }, 'doorlist');
    // The more literal template wins, as in the router: .../bulk before .../{application_id}.
    this.#routes = Object.entries(document.paths)
      .sort(([left], [right]) => left.split('{').length - right.split('{').length)
      .map(([template, methods]) => ({ pattern: patternOf(template), methods }));
  }

  /** The check against this document, or the one that there is against one of the same paths and schemas. */
  static of(document: ServedDocument): OpenApiCheck {
    const { schemas, responses } = document.components;
    const key = JSON.stringify([document.paths, schemas, responses]);
    const check = made.get(key) ?? new OpenApiCheck(document);
    made.set(key, check);
    return check;
  }

  /** Throws where the answer is not one that the document promises. Paths that it does not have may answer 404 and 405 alone. */
  check(method: string, path: string, status: number, contentType: string | null, body: unknown): void {
    const operation = this.#routes.find(({ pattern }) => pattern.test(path))?.methods[method.toLowerCase()];
    const what = `${method} ${path} answered ${status}`;
    if (!operation) {
      if (status === 404 || status === 405 || status === 401) return;
      throw new Error(`${what}, but the OpenAPI document has no such operation.`);
    }
    const response = this.#resolved(operation.responses[String(status)]);
    if (!response) throw new Error(`${what}, which the OpenAPI document does not name: ${JSON.stringify(body)}`);
    const type = contentType?.split(';', 1)[0] ?? 'application/json';
    const content = response.content?.[type] ?? response.content?.['application/json'];
    if (!content?.schema) {
      if (body !== null) throw new Error(`${what} with a body, where the OpenAPI document promises none.`);
      return;
    }
    if (response.content?.[type] !== content)
      throw new Error(`${what} as ${String(contentType)}, which it does not promise.`);
    // No body at all has no type; the schema must allow for it with `null`.
    const isNothing = body === null && contentType === null;
    if (!isNothing && typeof body !== 'string' && !contentType?.includes('json'))
      throw new Error(`${what} as ${String(contentType)}.`);
    const validate = this.#validatorOf(content.schema);
    if (!validate(body)) {
      throw new Error(
        `${what}, not as promised: ${this.#ajv.errorsText(validate.errors)}\n${JSON.stringify(body, null, 1)}`,
      );
    }
  }

  #resolved(response: Response | undefined): Response | undefined {
    const name = response?.$ref?.split('/').at(-1);
    return name === undefined ? response : this.document.components.responses?.[name];
  }

  #validatorOf(schema: object): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known) return known;
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"doorlist#/components')) as object;
    const validate = this.#ajv.compile(absolute);
    this.#validators.set(schema, validate);
    return validate;
  }
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`);
}
