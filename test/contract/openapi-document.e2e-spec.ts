import { parse } from 'yaml';
import {
  isGuarded,
  namesInPath,
  operationsOf,
  resolved,
  servedDocument,
  type OpenApiDocument,
} from '../support/openapi-document.js';
import { surfaceOf } from '../support/surfaces.js';
import { workerState } from '../support/test-state.js';
import { ExampleCheck, examplePlaces } from './document-examples.js';
import { schemaErrors, structureErrors } from './openapi-structure.js';

const TAGS = [
  'Tokens',
  'Access',
  'Assignments',
  'Roles',
  'Entitlements',
  'Workspaces',
  'Users',
  'Groups',
  'Applications',
  'Imports and exports',
  'API clients',
  'Audit',
  'Tenants',
  'Health',
];

let document: OpenApiDocument;

beforeAll(async () => {
  document = await servedDocument();
});

/** Every value of the document that is an object, with where it stands. */
function nodesOf(value: unknown, at = '#'): { at: string; node: Record<string, unknown> }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, each]) => nodesOf(each, `${at}/${name}`));
  return [{ at, node: value as Record<string, unknown> }, ...inner];
}

describe('the OpenAPI document', () => {
  it('has the structure of OpenAPI 3.1', () => {
    expect(structureErrors(document)).toEqual([]);
  });

  it('has schemas of JSON Schema 2020-12 only: no nullable, no empty schema, no unknown keyword', () => {
    const named = Object.entries(document.components.schemas).map(
      ([name, schema]) => [`schema ${name}`, schema] as const,
    );
    const inline = examplePlaces(document).map(({ at, schema }) => [at, schema] as const);
    expect([...named, ...inline].flatMap(([at, schema]) => schemaErrors(schema, at))).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  it('has no reference that leads nowhere, and no schema that nothing refers to', () => {
    const references = nodesOf(document).flatMap(({ node }) => (typeof node.$ref === 'string' ? [node.$ref] : []));
    expect(references.length).toBeGreaterThan(50);
    for (const $ref of references) expect(() => resolved(document, { $ref })).not.toThrow();
    const schemas = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(schemas.filter((reference) => !references.includes(reference))).toEqual([]);
  });

  it('names every operation once', () => {
    const ids = operationsOf(document).map(({ operation }) => operation.operationId);
    expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
    expect(ids).not.toContain(undefined);
  });

  it('declares exactly the parameters that each path has in braces, all required', () => {
    const wrong = operationsOf(document).filter(({ path, parameters }) => {
      const declared = parameters.filter((parameter) => parameter.in === 'path' && parameter.required);
      return (
        declared
          .map(({ name }) => name)
          .sort()
          .join() !== namesInPath(path).sort().join()
      );
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('declares no parameter twice', () => {
    const twice = operationsOf(document).flatMap(({ name, parameters }) => {
      const keys = parameters.map((parameter) => `${name}: ${parameter.in} ${parameter.name}`);
      return keys.filter((key, place) => keys.indexOf(key) !== place);
    });
    expect(twice).toEqual([]);
  });

  it('gives every operation a summary of its own', () => {
    const summaries = operationsOf(document).map(({ name, operation }) => ({ name, summary: operation.summary ?? '' }));
    expect(summaries.filter(({ summary }) => summary.trim().length < 8)).toEqual([]);
    const texts = summaries.map(({ summary }) => summary);
    expect(texts.filter((text, place) => texts.indexOf(text) !== place)).toEqual([]);
  });

  it('lists its tags in the order in which a newcomer meets things, each with operations and a description', () => {
    expect(document.tags?.map(({ name }) => name)).toEqual(TAGS);
    const used = new Set(operationsOf(document).flatMap(({ operation }) => operation.tags ?? []));
    expect([...used].filter((tag) => !TAGS.includes(tag))).toEqual([]);
    expect(TAGS.filter((tag) => !used.has(tag))).toEqual([]);
  });

  it('says of every guarded operation that it may answer 401, 403, 500 and 503, and how it answers wrong values, in the error format', () => {
    const guarded = operationsOf(document).filter(({ operation }) => isGuarded(document, operation));
    expect(guarded.length).toBeGreaterThan(40);
    for (const { path, operation } of guarded) {
      const { plainSchema, listSchema, wrongValues } = surfaceOf(path);
      const schemas = ['401', '403', String(wrongValues), '500', '503'].map(
        (status) => operation.responses[status]?.content?.['application/json']?.schema,
      );
      const [plain, values] = [plainSchema, listSchema].map((name) => ({ $ref: `#/components/schemas/${name}` }));
      expect(schemas).toEqual([plain, plain, values, plain, plain]);
    }
  });

  it('says of every operation with a body that it may answer 400, 413 and 415', () => {
    const withBody = operationsOf(document).filter(
      ({ operation }) => operation.requestBody && isGuarded(document, operation),
    );
    expect(withBody.length).toBeGreaterThan(10);
    const wrong = withBody.filter(({ operation }) =>
      ['400', '413', '415'].some((status) => !(status in operation.responses)),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('gives every guarded answer the header X-Request-Id, and every 201 of a POST that makes one thing a Location', () => {
    const guarded = operationsOf(document).filter(({ operation }) => isGuarded(document, operation));
    const answers = guarded.flatMap(({ name, method, operation }) =>
      Object.entries(operation.responses).map(([status, response]) => ({
        name,
        method,
        status,
        headers: Object.keys(response.headers ?? {}),
      })),
    );
    expect(answers.filter(({ headers }) => !headers.includes('X-Request-Id'))).toEqual([]);
    const made = answers.filter(
      ({ name, method, status }) => method === 'POST' && status === '201' && !name.endsWith('/bulk'),
    );
    expect(made.filter(({ headers }) => !headers.includes('Location'))).toEqual([]);
  });

  it('has an example for every parameter, body, answer and error, valid by its own schema', () => {
    const check = new ExampleCheck(document);
    expect(examplePlaces(document).flatMap((place) => check.errors(place))).toEqual([]);
  });
});

describe('the ways in that the document shows', () => {
  it('are a bearer token, and client credentials at the token endpoint under PUBLIC_URL', () => {
    const { bearer, ...others } = document.components.securitySchemes;
    expect(bearer).toEqual({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' });
    const flows = Object.values(others).filter(({ type }) => type === 'oauth2');
    expect(flows).toEqual([
      {
        type: 'oauth2',
        description: expect.any(String),
        flows: { clientCredentials: { tokenUrl: `${workerState().url}/oauth/token`, scopes: expect.any(Object) } },
      },
    ]);
    expect(document.servers).toEqual([{ url: workerState().url }]);
  });

  it('are required by default, either of them', () => {
    const names = Object.keys(document.components.securitySchemes).sort();
    expect(document.security?.flatMap((way) => Object.keys(way)).sort()).toEqual(names);
    expect(document.security?.every((way) => Object.keys(way).length === 1)).toBe(true);
  });

  it('name the very scopes that discovery offers', async () => {
    const discovery = await fetch(`${workerState().url}/.well-known/openid-configuration`);
    const { scopes_supported: offered } = (await discovery.json()) as { scopes_supported: string[] };
    const oauth = Object.values(document.components.securitySchemes).find(({ type }) => type === 'oauth2');
    const { clientCredentials } = oauth!.flows as { clientCredentials: { scopes: object } };
    expect(Object.keys(clientCredentials.scopes).sort()).toEqual([...offered].sort());
  });

  it.each([
    ['post', '/oauth/token', 'Tokens'],
    ['get', '/oauth/jwks', 'Tokens'],
    ['get', '/.well-known/openid-configuration', 'Tokens'],
    ['get', '/.well-known/oauth-authorization-server', 'Tokens'],
    ['get', '/health/live', 'Health'],
    ['get', '/health/ready', 'Health'],
  ])('document %s %s as open to anybody, under %s', (method, path, tag) => {
    const found = operationsOf(document).find(
      (placed) => placed.path === path && placed.method === method.toUpperCase(),
    );
    expect(found?.operation.tags).toEqual([tag]);
    expect(found?.operation.security).toEqual([]);
    expect(Object.keys(found?.operation.responses ?? {})).toContain('200');
  });

  it('document the token endpoint as RFC 6749 section 4.4 has it', () => {
    const token = operationsOf(document).find(({ name }) => name === 'POST /oauth/token');
    const schema = token?.operation.requestBody?.content['application/x-www-form-urlencoded']?.schema;
    expect(Object.keys(resolved(document, schema ?? {}).properties ?? {})).toEqual(
      expect.arrayContaining(['grant_type', 'scope']),
    );
    const answer = token?.operation.responses['200']?.content?.['application/json']?.schema;
    expect(resolved(document, answer ?? {}).required).toEqual(
      expect.arrayContaining(['access_token', 'expires_in', 'token_type']),
    );
    expect(Object.keys(token?.operation.responses ?? {})).toEqual(expect.arrayContaining(['200', '400', '401']));
  });
});

describe('the places where the document is served', () => {
  it('say the same as YAML and as JSON', async () => {
    const answer = await fetch(`${workerState().url}/docs-yaml`);
    expect(answer.status).toBe(200);
    expect(parse(await answer.text())).toEqual(document);
  });

  it('show Swagger UI, with everything that its page loads', async () => {
    const page = await fetch(`${workerState().url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const html = await page.text();
    expect(html).toContain('id="swagger-ui"');
    const assets = [...html.matchAll(/(?:src|href)="(\.?\/[^"]+)"/g)].map((match) => new URL(match[1]!, page.url).href);
    expect(assets.length).toBeGreaterThan(2);
    const statuses = await Promise.all(assets.map(async (asset) => (await fetch(asset)).status));
    expect(statuses).toEqual(assets.map(() => 200));
  });

  it.each(['/docs', '/docs-json', '/docs-yaml'])('answer %s whatever the token', async (path) => {
    const answer = await fetch(workerState().url + path, { headers: { authorization: 'Bearer nonsense' } });
    expect(answer.status).toBe(200);
  });
});

describe('the checks of the document', () => {
  it('see a field that OpenAPI does not have, and one that is missing', () => {
    const broken = { ...structuredClone(document), swagger: '2.0', info: { title: 'Doorlist' } };
    expect(structureErrors(broken)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('"additionalProperty":"swagger"'),
        expect.stringContaining('"missingProperty":"version"'),
      ]),
    );
  });

  it('see nullable, an empty schema and a type that there is not, however deep', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string', nullable: true }, b: {}, c: { items: { type: 'text' } } },
    };
    expect(schemaErrors(schema, 'it').map((error) => error.split(':')[0])).toEqual([
      'it',
      'it/a has nullable, which OpenAPI 3.1 does not know',
      'it/b is empty',
      'it/c',
      'it/c/items',
    ]);
  });

  it('see an example that is missing, and one that its schema refuses', () => {
    const check = new ExampleCheck(document);
    const schema = { $ref: '#/components/schemas/AssignmentCreate' };
    expect(check.errors({ at: 'here', schema, examples: [] })).toEqual(['here has no example']);
    expect(check.errors({ at: 'here', schema, examples: [{}] })).toEqual([expect.stringContaining('application_id')]);
    expect(
      check.errors({ at: 'here', schema, examples: [{ application_id: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' }] }),
    ).toEqual([]);
  });
});
