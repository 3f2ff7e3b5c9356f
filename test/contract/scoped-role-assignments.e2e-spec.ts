import { operationsOf, servedDocument } from '../support/openapi-document.js';
import { assign, builtInRoles, holders, revoke } from '../support/scoped-role-steps.js';
import { newTenant } from '../support/tenant.js';
import { missingFrom } from './contract-comparison.js';
import { PublishedContract } from './published-contract.js';

const PATH = '/roles/{role_id}/assignments';

/** Several contracts share one document: names that more than one of them uses have the surface in front. */
const SERVED_NAMES = {
  RoleAssignment: 'ScopedRoleAssignment',
  User: 'ScopedRoleUser',
  Team: 'ScopedRoleTeam',
  Role: 'ScopedRole',
};

const contract = new PublishedContract('scoped-role-assignments');

describe('contract 3, role assignments at a scope', () => {
  it('is served whole: nothing is taken away or narrowed, and only schemas that others use too are renamed', async () => {
    expect(missingFrom(contract.document, await servedDocument(), SERVED_NAMES)).toEqual([]);
  });

  it('has its three endpoints, which know no 422', async () => {
    const names = ['GET', 'POST', 'DELETE'].map((method) => `${method} ${PATH}`);
    expect(operationsOf(contract.document).map(({ name }) => name)).toEqual(names);
    const served = operationsOf(await servedDocument()).filter(({ path }) => path === PATH);
    expect(served.map(({ name }) => name).sort()).toEqual(names.toSorted());
    for (const { operation } of served) {
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['200', '400', '401', '403', '404']));
      expect(Object.keys(operation.responses)).not.toContain('422');
    }
  });

  it('is kept here as it was published', () => {
    contract.expectKept();
  });

  it('is what its routes answer', async () => {
    const tenant = await newTenant();
    const { api, user, group, workspace } = tenant;
    const roles = await builtInRoles(tenant);
    const [viewer, ofWork] = [roles.get('organization Viewer')!, roles.get('workspace Viewer')!];
    const [ada, team, work] = [await user(), await group(), await workspace()];
    const nowhere = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dff';
    const answers = [
      ['POST', 200, await assign(api, viewer, { user_id: ada })],
      ['POST', 200, await assign(api, ofWork, { team_id: team, workspace_id: work })],
      ['POST', 400, await assign(api, viewer, {})],
      ['POST', 403, await assign(api, viewer, { user_id: ada, workspace_id: work })],
      ['POST', 404, await assign(api, viewer, { user_id: nowhere })],
      ['GET', 200, await holders(api, viewer)],
      ['GET', 200, await holders(api, ofWork, { workspace_id: work })],
      ['DELETE', 403, await revoke(api, viewer, { user_id: ada })],
      ['DELETE', 404, await revoke(api, viewer, { team_id: team })],
      ['DELETE', 200, await revoke(api, ofWork, { team_id: team, workspace_id: work })],
    ] as const;
    const path = `/roles/${viewer}/assignments`;
    contract.expectAnswers(answers.map(([method, status, answer]) => [method, path, status, answer]));
    for (const [, , answer] of answers) expect(JSON.stringify(answer.body)).not.toMatch(/password|oauth/);
  });
});
