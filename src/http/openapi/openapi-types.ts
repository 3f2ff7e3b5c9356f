import type { OpenAPIObject } from '@nestjs/swagger';

/** The parts of a JSON Schema that the completion of the document reads and writes. */
export interface Schema {
  examples?: unknown[];
  $ref?: string;
  type?: string | string[];
  format?: string;
  nullable?: boolean;
  example?: unknown;
  enum?: unknown[];
  default?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: boolean | Schema;
}

interface Content {
  schema?: Schema;
  example?: unknown;
}

/** One answer of an operation. */
export interface Response {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, Content>;
}

/** One parameter of an operation. */
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  example?: unknown;
  schema?: Schema;
}

/** One method of a path. */
export interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Content> };
  responses: Record<string, Response>;
  security?: Record<string, string[]>[];
  [extension: `x-${string}`]: unknown;
}

/** The document as the completion sees it. */
export interface Document extends Omit<OpenAPIObject, 'paths' | 'components'> {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes?: Record<string, object> };
}
