import { operationsOf, servedDocument, type OpenApiDocument, type Operation } from '../support/openapi-document.js';
import { missingFrom } from './contract-comparison.js';
import { PublishedContract } from './published-contract.js';

const TENANT = '/api/v1/tenants/{tenant_id}';
const BULK = `${TENANT}/users/{user_id}/applications/bulk`;
const USER_APPLICATIONS = `${TENANT}/users/{user_id}/applications`;
const EFFECTIVE_USERS = `${TENANT}/applications/{application_id}/effective-users`;

const published = new PublishedContract('app-assignments');
const contract = published.document;

describe('contract 1, app assignments', () => {
  it('is served whole: nothing is taken away, narrowed or renamed', async () => {
    expect(missingFrom(contract, await servedDocument())).toEqual([]);
  });

  it('has its nine endpoints', () => {
    expect(operationsOf(contract).map(({ name }) => name)).toEqual([
      `GET ${TENANT}/applications/{application_id}/assignees`,
      `GET ${EFFECTIVE_USERS}`,
      `GET ${TENANT}/groups/{group_id}/applications`,
      `POST ${TENANT}/groups/{group_id}/applications`,
      `DELETE ${TENANT}/groups/{group_id}/applications/{application_id}`,
      `GET ${USER_APPLICATIONS}`,
      `POST ${USER_APPLICATIONS}`,
      `POST ${BULK}`,
      `DELETE ${USER_APPLICATIONS}/{application_id}`,
    ]);
  });

  it.each(Object.keys(contract.components.schemas))('names the schema %s in its components', async (name) => {
    expect(Object.keys((await servedDocument()).components.schemas)).toContain(name);
  });

  it('is kept here as it was published', () => {
    published.expectKept();
  });
});

/** What the comparison reports of a copy of the contract, itself served, after `change`. */
function reportedAfter(change: (served: OpenApiDocument) => void): string[] {
  const served = structuredClone(contract);
  change(served);
  return missingFrom(contract, served);
}

function operation(document: OpenApiDocument, path: string, method: string): Operation {
  return document.paths[path]![method] as Operation;
}

describe('the comparison of a served document with a contract', () => {
  it('reports nothing of the contract itself', () => {
    expect(reportedAfter(() => undefined)).toEqual([]);
  });

  it('reports a field that is taken away from the served document, and nothing else new', async () => {
    const served = await servedDocument();
    const before = missingFrom(contract, served);
    delete served.components.schemas.AppAssignment!.properties!.assigned_via;
    const added = missingFrom(contract, served).filter((report) => !before.includes(report));
    expect(added).toContain('schema AppAssignment.assigned_via is missing');
    expect(added).toContain(`GET ${USER_APPLICATIONS}, 200.data.applications[].assigned_via is missing`);
    expect(added.every((report) => report.endsWith('assigned_via is missing'))).toBe(true);
  });

  it.each<[string, (served: OpenApiDocument) => void, string]>([
    ['a path that is gone', (d) => Reflect.deleteProperty(d.paths, BULK), `POST ${BULK} is missing`],
    ['a method that is gone', (d) => delete d.paths[USER_APPLICATIONS]!.post, `POST ${USER_APPLICATIONS} is missing`],
    [
      'a query parameter that is gone',
      (d) => delete operation(d, USER_APPLICATIONS, 'get').parameters,
      `GET ${USER_APPLICATIONS}, query parameter include_group_assignments is missing`,
    ],
    [
      'a path parameter that is gone',
      (d) => d.paths[BULK]!.parameters!.pop(),
      `POST ${BULK}, path parameter user_id is missing`,
    ],
    [
      'an optional parameter that is required now',
      (d) => (operation(d, EFFECTIVE_USERS, 'get').parameters![0]!.required = true),
      `GET ${EFFECTIVE_USERS}, query parameter page is required, not optional`,
    ],
    [
      'a new parameter that is required',
      (d) => (operation(d, BULK, 'post').parameters = [{ name: 'why', in: 'query', required: true }]),
      `POST ${BULK} requires why, which the contract does not have`,
    ],
    [
      'a parameter of another type',
      (d) => (operation(d, EFFECTIVE_USERS, 'get').parameters![1]!.schema = { type: 'string' }),
      `GET ${EFFECTIVE_USERS}, query parameter per_page is of type string, not integer`,
    ],
    [
      'a parameter with bounds that nobody decided',
      (d) => (operation(d, EFFECTIVE_USERS, 'get').parameters![1]!.schema!.maximum = 100),
      `GET ${EFFECTIVE_USERS}, query parameter per_page is narrowed by maximum`,
    ],
    ['a body that is gone', (d) => delete operation(d, BULK, 'post').requestBody, `POST ${BULK}, body is missing`],
    [
      'a body that need not be sent any more',
      (d) => (operation(d, BULK, 'post').requestBody!.required = false),
      `POST ${BULK}, body is not required`,
    ],
    [
      'a field that a request must have now',
      (d) => d.components.schemas.AssignmentCreate!.required!.push('reason'),
      'schema AssignmentCreate requires reason, which the contract does not',
    ],
    [
      'a field that a request need not have any more',
      (d) => (d.components.schemas.AssignmentCreate!.required = []),
      'schema AssignmentCreate does not require application_id',
    ],
    [
      'a field of a request with a list of words',
      (d) => (d.components.schemas.AssignmentCreate!.properties!.application_id!.enum = ['crm']),
      'schema AssignmentCreate.application_id is narrowed by enum',
    ],
    [
      'a status that is gone',
      (d) => delete operation(d, BULK, 'post').responses['201'],
      `POST ${BULK}, 201 is missing`,
    ],
    [
      'a body where none was promised',
      (d) =>
        (operation(d, `${USER_APPLICATIONS}/{application_id}`, 'delete').responses['204']!.content = {
          'application/json': {},
        }),
      `DELETE ${USER_APPLICATIONS}/{application_id}, 204 has a body, and the contract has none`,
    ],
    [
      'an answer in another media type',
      (d) => (operation(d, USER_APPLICATIONS, 'get').responses['200']!.content = { 'text/csv': {} }),
      `GET ${USER_APPLICATIONS}, 200 is missing as application/json`,
    ],
    [
      'a field that an answer need not have any more',
      (d) => d.components.schemas.PaginationMeta!.required!.pop(),
      'schema PaginationMeta does not require total_pages',
    ],
    [
      'a field of an answer of another type',
      (d) => (d.components.schemas.UserAssignedAppsResponse!.properties!.total_count = { type: 'number' }),
      'schema UserAssignedAppsResponse.total_count is of type number, not integer',
    ],
    [
      'a field of an answer that is never null any more',
      (d) => (d.components.schemas.MetaResponse!.properties!.request_id = { type: 'string' }),
      'schema MetaResponse.request_id is of type string, not null | string',
    ],
    [
      'a moment that is any text',
      (d) => (d.components.schemas.AppAssignment!.properties!.assigned_at = { type: 'string' }),
      'schema AppAssignment.assigned_at has not the format date-time',
    ],
    [
      'a list of something else',
      (d) => (d.components.schemas.ApplicationAssigneesResponse!.properties!.users!.items = { type: 'object' }),
      'schema ApplicationAssigneesResponse.users[] is of type object, not string',
    ],
    [
      'one of several types that is gone',
      (d) => (d.components.schemas.ValidationError!.properties!.loc!.items = { type: 'string' }),
      'schema ValidationError.loc[] is of type string, not integer | string',
    ],
    ['a schema that is gone', (d) => delete d.components.schemas.ValidationError, 'schema ValidationError is missing'],
    [
      'a security scheme that is gone',
      (d) => delete d.components.securitySchemes.bearer,
      'security scheme bearer is missing',
    ],
    ['a way in that is gone', (d) => (d.security = [{ cookie: [] }]), `POST ${BULK} cannot be called with bearer`],
  ])('reports %s', (_, change, report) => {
    const reports = referencesGone(change);
    expect(reports).toContain(report);
  });

  it('lets the served document add what is optional', () => {
    const reports = reportedAfter((served) => {
      operation(served, BULK, 'post').parameters = [{ name: 'Idempotency-Key', in: 'header', required: false }];
      operation(served, BULK, 'post').responses['409'] = { description: 'conflict' };
      served.components.schemas.AppAssignment!.properties!.valid_until = { type: ['string', 'null'] };
      served.components.schemas.AppAssignment!.required!.push('assigned_via');
      served.components.schemas.AssignmentCreate!.properties!.application_id!.format = 'uuid';
      served.components.schemas.AppAssignment!.properties!.assignment_type!.enum = ['direct', 'group'];
      served.paths['/health'] = { get: { responses: {} } };
    });
    expect(reports).toEqual([]);
  });
});

/** The reports after `change`; a schema that is gone is reported by its name, whatever still refers to it. */
function referencesGone(change: (served: OpenApiDocument) => void): string[] {
  return reportedAfter((served) => {
    change(served);
    const known = new Set(Object.keys(served.components.schemas));
    const text = JSON.stringify(served, (_, value: unknown) => {
      const reference = typeof value === 'object' && value !== null && '$ref' in value ? String(value.$ref) : '';
      const name = reference.startsWith('#/components/schemas/')
        ? reference.slice('#/components/schemas/'.length)
        : null;
      return name === null || known.has(name) ? value : {};
    });
    Object.assign(served, JSON.parse(text));
  });
}
