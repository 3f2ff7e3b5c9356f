import { operationsOf, servedDocument } from '../support/openapi-document.js';
import { giveRole, newRole, rolesPath } from '../support/role-steps.js';
import { newTenant } from '../support/tenant.js';
import { missingFrom } from './contract-comparison.js';
import { PublishedContract, type ContractAnswer } from './published-contract.js';

const ROLES = '/v1/applications/{app_id}/roles';

/** Several contracts share one document: names that more than one of them uses have the surface in front. */
const SERVED_NAMES = {
  Role: 'ApplicationRole',
  RoleCreate: 'ApplicationRoleCreate',
  RoleUpdate: 'ApplicationRoleUpdate',
  RoleResult: 'ApplicationRoleResult',
};

const contract = new PublishedContract('application-roles');

describe('contract 2, application roles', () => {
  it('is served whole: nothing is taken away or narrowed, and only schemas that others use too are renamed', async () => {
    expect(missingFrom(contract.document, await servedDocument(), SERVED_NAMES)).toEqual([]);
  });

  it('has its seven endpoints', () => {
    expect(operationsOf(contract.document).map(({ name }) => name)).toEqual([
      `GET ${ROLES}`,
      `POST ${ROLES}`,
      `GET ${ROLES}/{role_id}`,
      `PUT ${ROLES}/{role_id}`,
      `DELETE ${ROLES}/{role_id}`,
      `POST ${ROLES}/{role_id}/assignments`,
      `DELETE ${ROLES}/{role_id}/assignments/{entity_id}`,
    ]);
  });

  it('is kept here as it was published', () => {
    contract.expectKept();
  });

  it('is what its routes answer', async () => {
    const { api, application, user } = await newTenant();
    const [app, ada] = [await application(), await user()];
    const role = await newRole(api, app, 'Editor', ['a']);
    const nowhere = '/019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dff';
    const path = `${rolesPath(app)}/${role}`;
    const answers: ContractAnswer[] = [
      ['POST', rolesPath(app), 201, await api.post(rolesPath(app), { role_name: 'Other' })],
      ['POST', rolesPath(app), 409, await api.post(rolesPath(app), { role_name: 'editor' })],
      ['GET', rolesPath(app), 200, await api.get(rolesPath(app))],
      ['GET', path, 200, await api.get(path)],
      ['GET', rolesPath(app) + nowhere, 404, await api.get(rolesPath(app) + nowhere)],
      ['PUT', path, 202, await api.put(path, { description: 'Writes.' })],
      ['PUT', rolesPath(app) + nowhere, 404, await api.put(rolesPath(app) + nowhere, {})],
      ['POST', `${path}/assignments`, 204, await giveRole(api, { app, role }, 'User', ada)],
      ['POST', `${path}/assignments`, 404, await giveRole(api, { app, role }, 'Group', ada)],
      ['DELETE', `${path}/assignments/${ada}`, 204, await api.delete(`${path}/assignments/${ada}`)],
      ['DELETE', `${path}/assignments/${ada}`, 404, await api.delete(`${path}/assignments/${ada}`)],
      ['DELETE', path, 202, await api.delete(path)],
      ['DELETE', path, 404, await api.delete(path)],
    ];
    contract.expectAnswers(answers);
  });
});
