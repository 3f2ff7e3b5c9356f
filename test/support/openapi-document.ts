import { workerState } from './test-state.js';

/** A JSON Schema, as far as the tests read one. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: boolean | Schema;
  example?: unknown;
  examples?: unknown[];
  [keyword: string]: unknown;
}

export interface MediaType {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value?: unknown }>;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value?: unknown }>;
}

interface RequestBody {
  $ref?: string;
  required?: boolean;
  content: Record<string, MediaType>;
}

interface Response {
  $ref?: string;
  description?: string;
  content?: Record<string, MediaType>;
  headers?: Record<string, { schema?: Schema }>;
}

export interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: RequestBody;
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
}

/** What stands under a path: operations by method, and parameters of all of them. */
type PathItem = { parameters?: Parameter[] } & Record<string, unknown>;

/** An OpenAPI 3.1 document, as far as the tests read one. */
export interface OpenApiDocument {
  openapi: string;
  info: Record<string, unknown>;
  servers?: { url: string }[];
  tags?: { name: string; description?: string }[];
  security?: Record<string, string[]>[];
  paths: Record<string, PathItem>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, Record<string, unknown>>;
    [kind: string]: Record<string, object>;
  };
}

/** One operation with where it stands; parameters of its path included, references followed. */
export interface PlacedOperation {
  /** Such as `GET /api/v1/tenants`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly parameters: Parameter[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'options', 'head', 'trace'];

/** The document that the service of this worker serves. */
export async function servedDocument(url: string = workerState().url): Promise<OpenApiDocument> {
  const answer = await fetch(`${url}/docs-json`);
  return (await answer.json()) as OpenApiDocument;
}

/** What a node of the document is once its reference is followed. Throws where it leads nowhere. */
export function resolved<Node extends object>(document: OpenApiDocument, node: Node & { $ref?: string }): Node {
  if (node.$ref === undefined) return node;
  if (!node.$ref.startsWith('#/')) throw new Error(`${node.$ref} leads out of the document.`);
  let found: unknown = document;
  for (const step of node.$ref.slice(2).split('/')) {
    found = (found as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
    if (typeof found !== 'object' || found === null) throw new Error(`${node.$ref} leads nowhere.`);
  }
  return resolved(document, found as Node);
}

/** Every operation of the document, in its order. */
export function operationsOf(document: OpenApiDocument): PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => {
      const operation = item[method] as Operation;
      const declared = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      const parameters = declared.map((parameter) => resolved(document, parameter));
      return { name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, operation, parameters };
    }),
  );
}

/** Whether the operation asks for a token. */
export function isGuarded(document: OpenApiDocument, operation: Operation): boolean {
  return (operation.security ?? document.security ?? []).length > 0;
}

/** The names in the braces of a path, in their order. */
export function namesInPath(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);
}
