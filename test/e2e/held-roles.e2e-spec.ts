import { randomUUID } from 'node:crypto';
import { nest, refusal, wrongValue } from '../support/assignment-steps.js';
import { giveRole, newRole } from '../support/role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

/** The built-in role of this name of the tenant. */
async function builtIn(tenant: TestTenant, name: string): Promise<string> {
  const [row] = await sql<{ id: string }>(`SELECT id FROM roles WHERE tenant_id = $1 AND built_in = $2`, [
    tenant.id,
    name,
  ]);
  return row!.id;
}

/**
 * ada is in `inner`, which is in `outer` and in `beside`, which is in `outer`, too. Editor: ada and `outer`; Reader:
 * `outer`; Writer: a group that ada is not in; Other: of another application, ada. And ada is a viewer of a workspace.
 */
async function world(): Promise<{ tenant: TestTenant; ids: Record<string, string> }> {
  const tenant = await newTenant();
  const { api, application, user, group, workspace } = tenant;
  const [app, other, ada] = [await application(), await application(), await user('ada')];
  const [inner, outer, beside] = [await group('inner', [ada]), await group('outer'), await group('beside')];
  await nest(tenant, outer, inner);
  await nest(tenant, outer, beside);
  await nest(tenant, beside, inner);
  const editor = await newRole(api, app, 'Editor', ['write', 'read']);
  const reader = await newRole(api, app, 'Reader', ['read', 'Ärger']);
  const writer = await newRole(api, app, 'Writer', ['write']);
  const elsewhere = await newRole(api, other, 'Other', ['*']);
  await giveRole(api, { app, role: editor }, 'User', ada);
  await giveRole(api, { app, role: editor }, 'Group', outer);
  await giveRole(api, { app, role: reader }, 'Group', outer);
  await giveRole(api, { app, role: writer }, 'Group', await group('strangers', [await user()]));
  await giveRole(api, { app: other, role: elsewhere }, 'User', ada);
  const [viewer, space] = [await builtIn(tenant, 'workspace.viewer'), await workspace()];
  await sql(
    `INSERT INTO role_assignments (tenant_id, id, role_id, level, workspace_id, scope_id, user_id, user_ordinal, assigned_by)
     SELECT $1, gen_random_uuid(), $2, 'workspace', $3, $3, id, ordinal, 'test' FROM users WHERE tenant_id = $1 AND id = $4`,
    [tenant.id, viewer, space, ada],
  );
  return { tenant, ids: { app, other, ada, inner, outer, beside, editor, reader, writer, elsewhere, viewer, space } };
}

const scope = { application_id: null, workspace_id: null, project_id: null };

describe('the roles of a user', () => {
  it('are those of all levels, direct and through groups, each once a scope with every path', async () => {
    const { tenant, ids } = await world();
    const { app, other, ada, inner, outer, beside, editor, reader, elsewhere, viewer, space } = ids;
    const by = { role_assignment_id: expect.any(String), assigned_at: MOMENT, assigned_by: expect.any(String) };
    const direct = { ...by, assignment_type: 'direct', via: [] };
    const through = [
      {
        ...by,
        assignment_type: 'group',
        via: [
          { group_id: inner, name: 'inner' },
          { group_id: outer, name: 'outer' },
        ],
      },
      {
        ...by,
        assignment_type: 'group',
        via: [
          { group_id: inner, name: 'inner' },
          { group_id: beside, name: 'beside' },
          { group_id: outer, name: 'outer' },
        ],
      },
    ];
    const ofUser = { ...scope, assignment_type: 'direct', assigned_via: null, paths_truncated: false };
    const expected = [
      {
        ...ofUser,
        role_id: viewer,
        role_name: 'Viewer',
        level: 'workspace',
        workspace_id: space,
        permissions: ['workspace:read', 'project:read'],
        path_count: 1,
        paths: [direct],
      },
      {
        ...ofUser,
        role_id: editor,
        role_name: 'Editor',
        level: 'application',
        application_id: app,
        permissions: ['write', 'read'],
        path_count: 3,
        paths: [direct, ...through],
      },
      {
        ...ofUser,
        role_id: reader,
        role_name: 'Reader',
        level: 'application',
        application_id: app,
        permissions: ['read', 'Ärger'],
        assignment_type: 'group',
        assigned_via: outer,
        path_count: 2,
        paths: through,
      },
      {
        ...ofUser,
        role_id: elsewhere,
        role_name: 'Other',
        level: 'application',
        application_id: other,
        permissions: ['*'],
        path_count: 1,
        paths: [direct],
      },
    ];
    const { api, path } = tenant;
    const all = await api.get(`${path}/users/${ada}/roles`);
    expect(all.body.data).toEqual(expected);
    expect(all.body.pagination).toEqual({ page: 1, per_page: 50, total_items: 4, total_pages: 1, next_cursor: null });
    const one = await api.get(`${path}/users/${ada}/roles?level=application&per_page=1`);
    expect([one.body.data, one.body.pagination.total_items]).toEqual([[expected[1]], 3]);
    const next = await api.get(
      `${path}/users/${ada}/roles?level=application&cursor=${one.body.pagination.next_cursor}`,
    );
    expect(next.body.data).toEqual([expected[2]]);
    expect((await api.get(`${path}/users/${ada}/roles?level=project`)).body.data).toEqual([]);
    const wrong = await api.get(`${path}/users/${ada}/roles?level=team`);
    expect(wrong.body).toEqual(wrongValue(wrong, ['query', 'level'], 'choice'));
    const nobody = await api.get(`${path}/users/${outer}/roles`);
    expect(nobody.body).toEqual(refusal(nobody, 'user_not_found', `No user ${outer} in this tenant.`));
  });

  it('are those of groups whose membership holds now, and go with the nesting that gave them', async () => {
    const { tenant, ids } = await world();
    const { api, path } = tenant;
    const names = async (): Promise<string[]> => {
      const { data } = (await api.get(`${path}/users/${ids.ada}/roles?level=application`)).body as {
        data: { role_name: string; path_count: number }[];
      };
      return data.map(({ role_name: name, path_count: count }) => `${name} ${count}`);
    };
    await api.patch(`${path}/groups/${ids.inner}/members/${ids.ada}`, { valid_until: '2020-01-01T00:00:00Z' });
    expect(await names()).toEqual(['Editor 1', 'Other 1']);
    await api.patch(`${path}/groups/${ids.inner}/members/${ids.ada}`, { valid_until: null });
    await api.delete(`${path}/groups/${ids.outer}/groups/${ids.inner}`);
    expect(await names()).toEqual(['Editor 2', 'Reader 1', 'Other 1']);
    await api.delete(`${path}/groups/${ids.outer}/groups/${ids.beside}`);
    expect(await names()).toEqual(['Editor 1', 'Other 1']);
  });
});

describe('the permissions of a user in an application', () => {
  it('are the union over its roles there, each with the roles that give it', async () => {
    const { tenant, ids } = await world();
    const { api, path } = tenant;
    const answer = await api.get(`${path}/users/${ids.ada}/applications/${ids.app}/permissions`);
    const roles = (await api.get(`${path}/users/${ids.ada}/roles?level=application`)).body.data as object[];
    expect(answer.body.data).toEqual({
      user_id: ids.ada,
      application_id: ids.app,
      permissions: [
        { permission: 'read', role_ids: [ids.editor, ids.reader], roles_total: 2 },
        { permission: 'write', role_ids: [ids.editor], roles_total: 1 },
        { permission: 'Ärger', role_ids: [ids.reader], roles_total: 1 },
      ],
      roles: roles.slice(0, 2),
    });
    const stranger = await tenant.user();
    const none = await api.get(`${path}/users/${stranger}/applications/${ids.app}/permissions`);
    expect(none.body.data).toEqual({ user_id: stranger, application_id: ids.app, permissions: [], roles: [] });
    for (const [user, app, kind] of [
      [randomUUID(), ids.app, 'user'],
      [ids.ada, randomUUID(), 'application'],
    ]) {
      const missing = await api.get(`${path}/users/${user}/applications/${app}/permissions`);
      expect([missing.status, missing.body.code]).toEqual([404, `${kind}_not_found`]);
    }
  });
});

describe('the assignments of a role of an application', () => {
  it('are listed by page and by type, with the exact number of all', async () => {
    const { tenant, ids } = await world();
    const { api, path } = tenant;
    await giveRole(api, { app: ids.app!, role: ids.editor! }, 'Application', ids.other!);
    const row = (type: string, id: string | undefined): object => ({
      id: expect.any(String),
      role_id: ids.editor,
      holder_type: type,
      holder_id: id,
      assigned_at: MOMENT,
      assigned_by: expect.any(String),
    });
    const rows = [row('user', ids.ada), row('group', ids.outer), row('application', ids.other)];
    const url = `${path}/applications/${ids.app}/roles/${ids.editor}/assignments`;
    const all = await api.get(url);
    expect([all.body.data, all.body.pagination.total_items]).toEqual([rows, 3]);
    const first = await api.get(`${url}?per_page=2`);
    expect(first.body.data).toEqual(rows.slice(0, 2));
    expect((await api.get(`${url}?cursor=${first.body.pagination.next_cursor}`)).body.data).toEqual(rows.slice(2));
    const groups = await api.get(`${url}?holder_type=group`);
    expect([groups.body.data, groups.body.pagination.total_items]).toEqual([[rows[1]], 1]);
    for (const [app, role, kind] of [
      [ids.other, ids.editor, 'role'],
      [ids.app, ids.viewer, 'role'],
      [ids.ada, ids.editor, 'application'],
    ]) {
      const missing = await api.get(`${path}/applications/${app}/roles/${role}/assignments`);
      expect([missing.status, missing.body.code]).toEqual([404, `${kind}_not_found`]);
    }
  });
});
