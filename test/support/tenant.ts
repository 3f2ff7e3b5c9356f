import { randomBytes } from 'node:crypto';
import { Api, platformApi, tokenOf } from './api.js';
import { workerState } from './test-state.js';

/** A tenant of a test's own, with a caller who may do everything in it. */
export interface TestTenant {
  readonly id: string;
  /** `/api/v1/tenants/<id>` */
  readonly path: string;
  readonly api: Api;
  /** A caller of the same tenant with these scopes alone. */
  apiWith(...scopes: string[]): Promise<Api>;
  /** Makes a user and answers its id. */
  user(userName?: string, more?: object): Promise<string>;
  /** Makes a group, optionally with members, and answers its id. */
  group(name?: string, memberIds?: readonly string[]): Promise<string>;
  /** Makes an application and answers its id. */
  application(name?: string, more?: object): Promise<string>;
  /** Makes a workspace and answers its id. */
  workspace(name?: string): Promise<string>;
  /** Makes a project in a workspace and answers its id. */
  project(workspaceId: string, name?: string): Promise<string>;
}

/** Makes a new tenant at the service of this worker, or at `url`. */
export async function newTenant(url: string = workerState().url): Promise<TestTenant> {
  const platform = await platformApi(url);
  const slug = `t-${randomBytes(8).toString('hex')}`;
  const made = await platform.post('/api/v1/tenants', { slug, name: `Tenant ${slug}` });
  const id = (made.body as { data: { id: string } }).data.id;
  const path = `/api/v1/tenants/${id}`;
  const apiWith = async (...scopes: string[]): Promise<Api> => {
    const client = await platform.post(`${path}/api-clients`, { name: 'Test client', scopes });
    const { client_id: clientId, client_secret: secret } = (
      client.body as { data: { client_id: string; client_secret: string } }
    ).data;
    return new Api(url, await tokenOf(url, clientId, secret));
  };
  const api = await apiWith('tenantadmin');
  const make = async (kind: string, body: object): Promise<string> => {
    const answer = await api.post(`${path}/${kind}`, body);
    if (answer.status !== 201) throw new Error(`The test could not make its ${kind}: ${JSON.stringify(answer.body)}`);
    return (answer.body as { data: { id: string } }).data.id;
  };
  return {
    id,
    path,
    api,
    apiWith,
    user: (userName = unique('user'), more = {}) => make('users', { user_name: userName, ...more }),
    application: (name = unique('app'), more = {}) => make('applications', { name, ...more }),
    workspace: (name = unique('workspace')) => make('workspaces', { name }),
    project: (workspaceId, name = unique('project')) => make(`workspaces/${workspaceId}/projects`, { name }),
    group: async (name = unique('group'), memberIds = []) => {
      const groupId = await make('groups', { name });
      if (memberIds.length > 0) await api.post(`${path}/groups/${groupId}/members`, { user_ids: memberIds });
      return groupId;
    },
  };
}

function unique(kind: string): string {
  return `${kind}-${randomBytes(6).toString('hex')}`;
}
