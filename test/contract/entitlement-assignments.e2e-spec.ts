import { operationsOf, servedDocument } from '../support/openapi-document.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { newTenant } from '../support/tenant.js';
import { missingFrom } from './contract-comparison.js';
import { PublishedContract } from './published-contract.js';

const PATH = '/v1.0/entitlements/assignments/search';

/** Several contracts share one document: names that more than one of them uses have the surface in front. */
const SERVED_NAMES = { Assignment: 'EntitlementAssignment' };

const contract = new PublishedContract('entitlement-assignments');

describe('contract 4, the search for assignments of entitlements', () => {
  it('is served whole: nothing is taken away or narrowed, and only schemas that others use too are renamed', async () => {
    expect(missingFrom(contract.document, await servedDocument(), SERVED_NAMES)).toEqual([]);
  });

  it('has its one endpoint, which knows no 422', async () => {
    expect(operationsOf(contract.document).map(({ name }) => name)).toEqual([`POST ${PATH}`]);
    const [served] = operationsOf(await servedDocument()).filter(({ path }) => path === PATH);
    expect(Object.keys(served!.operation.responses)).toEqual(expect.arrayContaining(['200', '400', '403', '500']));
    expect(Object.keys(served!.operation.responses)).not.toContain('422');
  });

  it('is kept here as it was published', () => {
    contract.expectKept();
  });

  it('is what its route answers', async () => {
    const { api, apiWith, application, user, group } = await newTenant();
    const [app, ada, team] = [await application(), await user(), await group()];
    const role = await newRole(api, app, 'Editor', ['a']);
    await giveRole(api, { app, role }, 'User', ada);
    await giveRole(api, { app, role }, 'Group', team);
    const stranger = await apiWith('roles:write');
    const answers = [
      [200, await api.post(PATH, {})],
      [200, await api.post(`${PATH}?type=GROUP&includeRights=true&limit=1&page=1`, { code: role, type: 'role' })],
      [200, await api.post(PATH, { subType: 'dynamic' })],
      [400, await api.post(PATH, { type: 'car' })],
      [400, await api.post(PATH)],
      [403, await stranger.post(PATH, {})],
    ] as const;
    expect(answers.map(([, { body }]) => body.count)).toEqual([2, 1, 0, undefined, undefined, undefined]);
    contract.expectAnswers(answers.map(([status, answer]) => ['POST', PATH, status, answer]));
  });
});
