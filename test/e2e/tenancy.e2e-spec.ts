import { randomUUID } from 'node:crypto';
import type { Api, ApiAnswer } from '../support/api.js';
import { refusal } from '../support/assignment-steps.js';
import { isGuarded, operationsOf, servedDocument, type PlacedOperation } from '../support/openapi-document.js';
import { grantUsers } from '../support/entitlement-steps.js';
import {
  ALTERNATIVES,
  ENTITLEMENT_SCOPES,
  TENANT_SCOPES,
  hasAlternatives,
  isImport,
  isOfEntitlements,
  scopeOf,
} from '../support/required-scopes.js';
import { newRole } from '../support/role-steps.js';
import { refusalAt, surfaceOf } from '../support/surfaces.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

async function guardedOperations(): Promise<PlacedOperation[]> {
  const document = await servedDocument();
  return operationsOf(document).filter(({ operation }) => isGuarded(document, operation));
}

/** Calls the operation in the tenant, with ids that nobody has and an empty body. */
async function call(api: Api, { method, path }: PlacedOperation, tenantId: string): Promise<ApiAnswer> {
  const url = path.replace('{tenant_id}', tenantId).replace(/\{[^}]+\}/g, randomUUID());
  return api.call(method, url, method === 'POST' || method === 'PATCH' ? { body: {} } : {});
}

// That they refuse whom they should on every route is tried by attacks.e2e-spec.ts.
describe('lock 1, the guards', () => {
  it('answer 403 on imports to a token with none of the scopes that any file asks for', async () => {
    const tenant = await newTenant();
    const operations = (await guardedOperations()).filter(isImport);
    expect(operations.length).toBeGreaterThan(4);
    const others = TENANT_SCOPES.filter((each) => !ALTERNATIVES.includes(each.split(':')[0]!));
    const [none, readers] = [
      await tenant.apiWith(...others),
      await tenant.apiWith(...ALTERNATIVES.map((each) => `${each}:read`)),
    ];
    for (const operation of operations) {
      const access = scopeOf(operation).split(':')[1]!;
      const detail = `The token needs one of the scopes ${ALTERNATIVES.map((each) => `${each}:${access}`).join(', ')}.`;
      const answer = await call(none, operation, tenant.id);
      expect(`${operation.name} ${answer.status}`).toBe(`${operation.name} 403`);
      expect(answer.body).toEqual(refusal(answer, 'insufficient_scope', detail));
      const read = await call(readers, operation, tenant.id);
      expect(read.status === 403).toBe(access === 'write');
    }
  });

  it('answer 403 on entitlements to a token with none of their scopes, and each of these suffices', async () => {
    const tenant = await newTenant();
    const operations = (await guardedOperations()).filter(isOfEntitlements);
    expect(operations.length).toBeGreaterThan(10);
    const none = await tenant.apiWith(...TENANT_SCOPES.filter((each) => !ENTITLEMENT_SCOPES.includes(each)));
    const callers = await Promise.all(ENTITLEMENT_SCOPES.map((scope) => tenant.apiWith(scope)));
    for (const operation of operations) {
      const reads = scopeOf(operation) === 'entitlements:read';
      const scopes = ENTITLEMENT_SCOPES.slice(0, reads ? 4 : 3);
      const refused = await call(none, operation, tenant.id);
      const message = `The token needs one of the scopes ${scopes.join(', ')}.`;
      expect([operation.name, refused.status, refused.body]).toEqual([
        operation.name,
        403,
        refusalAt(operation.path, refused, 'insufficient_scope', message),
      ]);
      for (const [at, caller] of callers.entries()) {
        const { status } = await call(caller, operation, tenant.id);
        expect([operation.name, ENTITLEMENT_SCOPES[at], status === 403]).toEqual([
          operation.name,
          ENTITLEMENT_SCOPES[at],
          at >= scopes.length,
        ]);
      }
    }
  });

  it('let the one scope that is asked for suffice, and a write scope for reading', async () => {
    const tenant = await newTenant();
    const operations = (await guardedOperations()).filter(
      (each) => scopeOf(each) !== 'platform' && !hasAlternatives(each),
    );
    for (const scope of new Set(operations.map(scopeOf))) {
      const api = await tenant.apiWith(scope);
      const readable = operations.filter(
        (each) => scopeOf(each) === scope || scopeOf(each) === scope.replace(/:write$/, ':read'),
      );
      for (const operation of readable) {
        const answer = await call(api, operation, tenant.id);
        expect(
          [200, 404, surfaceOf(operation.path).wrongValues].includes(answer.status)
            ? ''
            : `${operation.name} ${answer.status}`,
        ).toBe('');
      }
    }
  });
});

/** One thing of every kind, by the name that paths give its id. */
async function things(tenant: TestTenant): Promise<Record<string, string>> {
  const client = await tenant.api.post(`${tenant.path}/api-clients`, { name: 'Reader', scopes: ['audit:read'] });
  const announced = await tenant.api.post(`${tenant.path}/imports`, { kind: 'users' });
  const user_id = await tenant.user();
  const workspace_id = await tenant.workspace();
  const application_id = await tenant.application();
  const code = await newRole(tenant.api, application_id, 'Editor');
  const group_id = await tenant.group('Parent', [user_id]);
  const granted = await grantUsers(tenant.api, code, [{ user: user_id }]);
  return {
    tenant_id: tenant.id,
    user_id,
    group_id,
    child_id: await tenant.group('Child'),
    application_id,
    app_id: application_id,
    role_id: code,
    entitlement_code: code,
    user_code: user_id,
    group_code: group_id,
    assignment_code: granted.body[0].assignment,
    entity_id: user_id,
    workspace_id,
    project_id: await tenant.project(workspace_id),
    api_client_id: (client.body as { data: { id: string } }).data.id,
    import_id: (announced.body as { data: { id: string } }).data.id,
  };
}

describe('lock 2, seen from outside', () => {
  it("answers 404 to another tenant's id in a body, and finds nothing by it in a query", async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    const [own, foreign] = [await things(mine), await things(theirs)];
    const bodies = [
      [`/users/${own.user_id!}/applications`, { application_id: foreign.application_id }, 'application'],
      [`/groups/${own.group_id!}/applications`, { application_id: foreign.application_id }, 'application'],
      [
        `/users/${own.user_id!}/applications/bulk`,
        { application_ids: [own.application_id, foreign.application_id] },
        'application',
      ],
      [
        `/groups/${own.group_id!}/applications/bulk`,
        { application_ids: [own.application_id, foreign.application_id] },
        'application',
      ],
      [`/groups/${own.child_id!}/members`, { user_ids: [own.user_id, foreign.user_id] }, 'user'],
    ] as const;
    for (const [path, body, kind] of bodies) {
      const answer = await mine.api.post(mine.path + path, body);
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(
        refusal(answer, `${kind}_not_found`, expect.stringContaining(foreign[`${kind}_id`]!)),
      );
    }
    const events = await mine.api.get(`${mine.path}/audit-events?resource_id=${foreign.user_id!}`);
    expect(events.body.data).toEqual([]);
    const assigned = await mine.api.get(`${mine.path}/users/${own.user_id!}/applications`);
    expect(assigned.body.data.applications).toEqual([]);
    const members = await mine.api.get(`${mine.path}/groups/${own.child_id!}/members`);
    expect(members.body.data).toEqual([]);
  });

  it('lets no list show what another tenant has', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    await things(theirs);
    for (const list of ['users', 'groups', 'applications', 'workspaces']) {
      const answer = await mine.api.get(`${mine.path}/${list}`);
      expect(answer.body.data).toEqual([]);
      expect(answer.body.pagination.total_items).toBe(0);
    }
    const clients = await mine.api.get(`${mine.path}/api-clients`);
    expect(clients.body.data).toEqual([expect.objectContaining({ name: 'Test client', scopes: ['tenantadmin'] })]);
  });
});
