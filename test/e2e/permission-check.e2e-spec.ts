import type { ApiAnswer } from '../support/api.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { assign, builtInRoles, newRole as newScopedRole } from '../support/scoped-role-steps.js';
import { requestText, sendRaw } from '../support/raw-http.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

interface Question {
  readonly user_id: string;
  readonly action: string;
  readonly resources: readonly string[];
  readonly explain?: boolean;
}

const inQuery = ({ path }: TestTenant, { user_id: user, action, resources, explain }: Question): string =>
  `${path}/permissions/check?user_id=${user}&action=${encodeURIComponent(action)}&resources=${resources.join(',')}` +
  (explain ? '&explain=true' : '');

/** Asks by GET and by POST, which must say the same, with and without reasons. */
async function check(tenant: TestTenant, question: Question): Promise<Record<string, boolean>> {
  const answers = await Promise.all([
    tenant.api.get(inQuery(tenant, question)),
    tenant.api.post(`${tenant.path}/permissions/check`, question),
    tenant.api.get(inQuery(tenant, { ...question, explain: true })),
    tenant.api.post(`${tenant.path}/permissions/check`, { ...question, explain: true }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const [byGet, byPost, explained, explainedByPost] = answers.map(({ body }) => body.data);
  expect(byPost).toEqual(byGet);
  expect(Object.keys(byGet)).toEqual(['results']);
  expect(explainedByPost).toEqual(explained);
  expect(explained.results).toEqual(byGet.results);
  return byGet.results;
}

describe('a permission check', () => {
  it('answers each resource by the roles that count for it, and nothing else', async () => {
    const [tenant, other] = await Promise.all([newTenant(), newTenant()]);
    const { api, user, application, workspace, project, group } = tenant;
    const roles = await builtInRoles(tenant);
    const [crm, erp, theirs] = [await application(), await application(), await other.application()];
    const [w1, w2] = [await workspace(), await workspace()];
    const [p1, p2] = [await project(w1), await project(w2)];
    const resources = [
      ...[crm, erp, theirs, NOBODY].map((id) => `application:${id}`),
      ...[w1, w2, crm].map((id) => `workspace:${id}`),
      ...[p1, p2, w1].map((id) => `project:${id}`),
    ];
    const allowedTo = async (who: string, action: string): Promise<string[]> => {
      const results = await check(tenant, { user_id: who, action, resources });
      expect(Object.keys(results)).toEqual(resources);
      return resources.filter((name) => results[name]);
    };
    const editor = await newRole(api, crm, 'Editor', ['documents:write']);
    const everything = await newRole(api, erp, 'All', ['*', 'doorlist:assignments:write']);
    const holder = await user();
    await giveRole(api, { app: crm, role: editor }, 'User', holder);
    expect(await allowedTo(holder, 'documents:write')).toEqual([`application:${crm}`]);
    expect(await allowedTo(holder, 'documents:WRITE')).toEqual([]);
    expect(await allowedTo(holder, '*')).toEqual([]);
    // Through a group inside of a group; `*` is every action in its scope.
    const [inner, outer] = [await group('inner', [holder]), await group('outer')];
    expect((await api.put(`${tenant.path}/groups/${outer}/groups/${inner}`)).status).toBe(201);
    await giveRole(api, { app: erp, role: everything }, 'Group', outer);
    expect(await allowedTo(holder, 'documents:write')).toEqual([`application:${crm}`, `application:${erp}`]);
    expect(await allowedTo(holder, '*')).toEqual([`application:${erp}`]);
    // A membership that is over counts no more.
    await api.patch(`${tenant.path}/groups/${inner}/members/${holder}`, { valid_until: '2026-01-01T00:00:00Z' });
    expect(await allowedTo(holder, '*')).toEqual([]);

    const workspaceAdmin = await user();
    await assign(api, roles.get('workspace Admin')!, { user_id: workspaceAdmin, workspace_id: w1 });
    expect(await allowedTo(workspaceAdmin, 'anything')).toEqual([`workspace:${w1}`, `project:${p1}`]);
    // Only the built-in Admin reaches the projects of a workspace.
    const ownAdmin = await newScopedRole(tenant, 'workspace', { permissions: ['*'] });
    const other2 = await user();
    await assign(api, ownAdmin, { user_id: other2, workspace_id: w1 });
    expect(await allowedTo(other2, 'anything')).toEqual([`workspace:${w1}`]);
    const viewer = await user();
    await assign(api, roles.get('project Viewer')!, { user_id: viewer, workspace_id: w2, project_id: p2 });
    expect(await allowedTo(viewer, 'project:read')).toEqual([`project:${p2}`]);
    // Of the organization's roles only its Admin reaches what is in it.
    const manager = await user();
    await assign(api, roles.get('organization Manager')!, { user_id: manager });
    await assign(api, await newScopedRole(tenant, 'organization', { permissions: ['*'] }), { user_id: manager });
    expect(await allowedTo(manager, 'doorlist:assignments:write')).toEqual([]);
    const admin = await user();
    await assign(api, roles.get('organization Admin')!, { team_id: await group('Admins', [admin]) });
    expect(await allowedTo(admin, 'anything')).toEqual([
      ...[crm, erp].map((id) => `application:${id}`),
      ...[w1, w2].map((id) => `workspace:${id}`),
      ...[p1, p2].map((id) => `project:${id}`),
    ]);
    // Our own write permissions include their read ones.
    const helper = await user();
    const assigner = await newRole(api, crm, 'Assigner', ['doorlist:assignments:write']);
    await giveRole(api, { app: crm, role: assigner }, 'User', helper);
    expect(await allowedTo(helper, 'doorlist:assignments:read')).toEqual([`application:${crm}`]);
    expect(await allowedTo(helper, 'doorlist:roles:read')).toEqual([]);
  });

  it('says by which roles and groups, how many ways there are, and why not', async () => {
    const tenant = await newTenant();
    const { api, path, user, application, group } = tenant;
    const ada = await user();
    const app = await application();
    const role = await newRole(api, app, 'Editor', ['documents:write']);
    const [left, right, top] = [await group('left', [ada]), await group('right', [ada]), await group('top')];
    for (const child of [left, right]) await api.put(`${path}/groups/${top}/groups/${child}`);
    await giveRole(api, { app, role }, 'Group', top);
    await giveRole(api, { app, role }, 'User', ada);
    const name = `application:${app}`;
    const question = { user_id: ada, action: 'documents:write', resources: [name, `project:${NOBODY}`], explain: true };
    const { data } = (await api.get(inQuery(tenant, question))).body;
    const at = {
      role_id: role,
      role_name: 'Editor',
      level: 'application',
      application_id: app,
      workspace_id: null,
      project_id: null,
      role_assignment_id: expect.any(String),
      assigned_at: expect.any(String),
      assigned_by: expect.any(String),
    };
    const via = (id: string, called: string): object => ({
      ...at,
      assignment_type: 'group',
      via: [
        { group_id: id, name: called },
        { group_id: top, name: 'top' },
      ],
    });
    const none = { path_count: 0, path_count_exact: '0', paths: [], paths_truncated: false };
    expect(data).toEqual({
      results: { [name]: true, [`project:${NOBODY}`]: false },
      explanations: {
        [name]: {
          allowed: true,
          reason: null,
          path_count: 3,
          path_count_exact: '3',
          paths_truncated: false,
          paths: [{ ...at, assignment_type: 'direct', via: [] }, via(left, 'left'), via(right, 'right')],
        },
        [`project:${NOBODY}`]: { allowed: false, reason: 'resource_not_found', ...none },
      },
    });
    const lacking = { ...question, action: 'documents:read', resources: [name] };
    expect((await api.post(`${path}/permissions/check`, lacking)).body.data.explanations[name]).toEqual({
      allowed: false,
      reason: 'no_role',
      ...none,
    });
    await api.patch(`${path}/users/${ada}`, { status: 'suspended' });
    expect(await check(tenant, { ...question, explain: false })).toEqual({
      [name]: false,
      [`project:${NOBODY}`]: false,
    });
    const suspended = (await api.get(inQuery(tenant, question))).body.data.explanations[name];
    expect(suspended).toMatchObject({ allowed: false, reason: 'user_suspended', path_count: 3 });
  });

  it('takes 1,000 resources by URL, separated by commas or repeated, even percent-encoded, and no more', async () => {
    const tenant = await newTenant();
    const { api, path, user, application } = tenant;
    const [ada, app] = [await user(), await application()];
    await assign(api, (await builtInRoles(tenant)).get('organization Admin')!, { user_id: ada });
    const ids = Array.from({ length: 999 }, (_, at) => `${String(at).padStart(8, '0')}${NOBODY.slice(8)}`);
    const names = [app, ...ids].map((id) => `application:${id}`);
    const expected = Object.fromEntries(names.map((name) => [name, name === names[0]]));
    const start = `${path}/permissions/check?user_id=${ada}&action=x&`;
    const urls = [
      `${start}resources=${names.join(',')}`,
      `${start}resources=${encodeURIComponent([...names, names[0]].join(',').toUpperCase()).replaceAll('APPLICATION', 'application')}`,
      start + names.map((name) => `resources=${encodeURIComponent(name)}`).join('&'),
    ];
    for (const url of urls) expect((await api.get(url)).body.data?.results).toEqual(expected);
    const more = [...names, `workspace:${NOBODY}`];
    const tooMany = { loc: ['query', 'resources'], msg: expect.stringContaining('not 1001'), type: 'resources' };
    expect(await issuesOf(api.get(`${start}resources=${more.join(',')}`))).toEqual([tooMany]);
    // Other routes take no such URLs, and this one none without end.
    const authorization = `Bearer ${api.token}`;
    const long = requestText('GET', `${path}/users?search=${'a'.repeat(17_000)}`, { authorization });
    const refused = await sendRaw(api.url, long);
    expect([refused?.status, JSON.parse(refused!.text).code]).toEqual([414, 'url_too_long']);
    const endless = requestText('GET', `${start}resources=${'a'.repeat(100_000)}`, { authorization });
    expect((await sendRaw(api.url, endless))?.status).toBe(431);
  });

  it('refuses what cannot be read, naming the resource, its place and what is right', async () => {
    const tenant = await newTenant();
    const { api, path, user } = tenant;
    const ada = await user();
    const good = `application:${NOBODY}`;
    const wrong = [
      'application',
      `team:${NOBODY}`,
      `application:${NOBODY}:x`,
      'application:x',
      '',
      `Application:${NOBODY}`,
    ];
    for (const at of ['query', 'body'] as const) {
      const question = { user_id: ada, action: 'x', resources: [good, ...wrong] };
      const url = `${path}/permissions/check`;
      const issues = await issuesOf(at === 'query' ? api.get(inQuery(tenant, question)) : api.post(url, question));
      expect(issues).toEqual(
        wrong.map((text, place) => ({
          loc: [at, 'resources', place + 1],
          msg: `resource ${place + 2} must be one of application:<id>, workspace:<id>, project:<id>, where <id> is a UUID, not ${JSON.stringify(text).slice(0, 60)}${JSON.stringify(text).length > 60 ? '...' : ''}`,
          type: 'resource',
        })),
      );
    }
    const question = { user_id: ada, action: 'x', resources: [good] };
    for (const [name, value] of [
      ['user_id', 'x'],
      ['action', ' x'],
      ['action', 'a\tb'],
      ['action', 'x'.repeat(201)],
      ['resources', []],
      ['resources', [7]],
      ['resources', good],
      ['explain', 'true'],
    ] as const) {
      const issues = await issuesOf(api.post(`${path}/permissions/check`, { ...question, [name]: value }));
      expect(issues.map(({ loc }) => loc)).toEqual([['body', name]]);
    }
    for (const query of ['', `user_id=${ada}&user_id=${ada}&action=x&resources=${good}`, `user_id=${ada}&action=x`]) {
      expect((await api.get(`${path}/permissions/check?${query}`)).status).toBe(422);
    }
    const unknown = await api.get(inQuery(tenant, { ...question, user_id: NOBODY }));
    expect([unknown.status, unknown.body.code]).toEqual([404, 'user_not_found']);
    const explained = await api.get(inQuery(tenant, { ...question, user_id: NOBODY, explain: true }));
    expect([explained.status, explained.body.code]).toEqual([404, 'user_not_found']);
    const reader = await tenant.apiWith('assignments:read');
    expect((await reader.get(inQuery(tenant, question))).status).toBe(403);
  });
});

async function issuesOf(answer: Promise<ApiAnswer>): Promise<{ loc: unknown[]; msg: string; type: string }[]> {
  const { status, body } = await answer;
  expect([status, body.code]).toEqual([422, 'validation_failed']);
  return body.detail as { loc: unknown[]; msg: string; type: string }[];
}
