import type { ApiAnswer } from '../support/api.js';
import { ENTITLEMENTS, entitlementRefusal, newEntitlement } from '../support/entitlement-steps.js';
import { giveRole, rolesPath } from '../support/role-steps.js';
import { newTenant, type TestTenant } from '../support/tenant.js';

const PAST = '2020-01-01T00:00:00Z';

/** One column of a native list, in its order. */
async function column(
  { api, path }: TestTenant,
  url: string,
  name: string,
  query: Readonly<Record<string, string>>,
): Promise<unknown[]> {
  const answer = await api.get(`${path}/${url}?${new URLSearchParams(query).toString()}`);
  expect([query, answer.status, answer.status === 200 ? '' : answer.body]).toEqual([query, 200, '']);
  const rows = answer.body.data as Record<string, unknown>[];
  expect(answer.body.pagination.total_items).toBe(rows.length);
  return rows.map((row) => row[name]);
}

async function expectRows(
  tenant: TestTenant,
  url: string,
  cases: readonly (readonly [Readonly<Record<string, string>>, readonly unknown[]])[],
  name = 'name',
): Promise<void> {
  for (const [query, due] of cases) expect([query, await column(tenant, url, name, query)]).toEqual([query, due]);
}

/** Refused in the native format, with the place in the filter. */
async function expectRefusals({ api, path }: TestTenant, url: string): Promise<void> {
  const answer = await api.get(`${path}/${url}?filter=${encodeURIComponent('nickname eq "x"')}`);
  expect([answer.status, answer.body]).toEqual([
    400,
    {
      code: 'invalid_filter',
      detail: expect.stringContaining('unknown attribute "nickname"'),
      request_id: expect.any(String),
    },
  ]);
  expect((await api.get(`${path}/${url}?sort_by=nickname`)).status).toBe(422);
  expect((await api.get(`${path}/${url}?sort_order=up`)).status).toBe(422);
}

describe('filters of workspaces and projects', () => {
  it('compare names and descriptions without regard to case, as they are now', async () => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    const make = async (url: string, body: object): Promise<string> =>
      ((await api.post(`${path}/${url}`, body)).body as { data: { id: string } }).data.id;
    const home = await make('workspaces', { name: 'Home' });
    for (const url of ['workspaces', `workspaces/${home}/projects`]) {
      await make(url, { name: 'Straße', description: 'Ä\nRoad' });
      const research = await make(url, { name: 'research', description: 'x' });
      const home = url === 'workspaces' ? ['Home'] : [];
      await expectRows(tenant, url, [
        [{ filter: 'name eq "STRASSE"' }, ['Straße']],
        [{ filter: 'name sw "RE" or description co "road"' }, ['Straße', 'research']],
        [{ filter: 'not (description sw "ä")' }, [...home, 'research']],
        [{ filter: `id eq "${research}" and created_at gt "${PAST}"` }, ['research']],
        [{ sort_by: 'name', sort_order: 'descending' }, ['Straße', 'research', ...home]],
        [{ sort_by: 'created_at', filter: 'description pr', search: 's' }, ['Straße', 'research']],
      ]);
      await api.patch(`${path}/${url}/${research}`, { description: 'Other' });
      await expectRows(tenant, url, [[{ filter: 'description eq "OTHER"' }, ['research']]]);
      await api.patch(`${path}/${url}/${research}`, { description: null });
      await expectRows(tenant, url, [[{ filter: 'name pr and not (description pr)' }, [...home, 'research']]]);
      await expectRefusals(tenant, url);
    }
  });
});

describe('filters of roles', () => {
  it('find roles of the organization, built-in ones as well, and who holds a role of an application', async () => {
    const tenant = await newTenant();
    const { api, path } = tenant;
    const made = await api.post(`${path}/roles`, { name: 'Ärzte', level: 'workspace', description: 'Heals ß.' });
    await api.post(`${path}/roles`, { name: 'Shared', level: 'project', type: 'share' });
    const own = { filter: 'system_managed eq false' };
    await expectRows(tenant, 'roles', [
      [own, ['Ärzte', 'Shared']],
      [{ ...own, sort_by: 'name' }, ['Shared', 'Ärzte']],
      [{ filter: 'description eq "heals SS."' }, ['Ärzte']],
      [{ filter: 'type eq "share" or name eq "ÄRZTE"', sort_by: 'level' }, ['Shared', 'Ärzte']],
      [{ filter: 'description sw "everything in the ORG"' }, ['Admin']],
      [
        { filter: 'level eq "project" and system_managed eq true', sort_by: 'name', sort_order: 'descending' },
        ['Viewer', 'Developer', 'Contributor', 'Admin'],
      ],
      [{ filter: 'not (description pr)', level: 'project' }, ['Shared']],
    ]);
    await api.patch(`${path}/roles/${made.body.data.id}`, { description: 'Other' });
    await expectRows(tenant, 'roles', [
      [{ filter: 'description eq "other"' }, ['Ärzte']],
      [{ filter: 'description co "heals"' }, []],
    ]);
    await expectRefusals(tenant, 'roles');

    const [app, ada, team] = [await tenant.application(), await tenant.user(), await tenant.group()];
    const role = (await api.post(rolesPath(app), { role_name: 'Editor' })).body.result.role_id as string;
    await giveRole(api, { app, role }, 'User', ada);
    await giveRole(api, { app, role }, 'Group', team);
    const holders = `applications/${app}/roles/${role}/assignments`;
    await expectRows(
      tenant,
      holders,
      [
        [{ filter: 'holder_type eq "USER"' }, [ada]],
        [{ filter: `holder_id eq "${team.toUpperCase()}" or assigned_at lt "${PAST}"` }, [team]],
        [{ filter: 'assigned_by pr', sort_by: 'holder_type' }, [team, ada]],
        [{ sort_by: 'assigned_at', sort_order: 'descending' }, [team, ada]],
      ],
      'holder_id',
    );
    await expectRefusals(tenant, holders);
  });
});

describe('filters of entitlements', () => {
  it('narrow every list of them, and are refused in the words of contract 4', async () => {
    const tenant = await newTenant();
    const { api } = tenant;
    const [app, other, ada, team] = [
      await tenant.application(),
      await tenant.application(),
      await tenant.user(),
      await tenant.group(),
    ];
    const editor = await newEntitlement(api, app, 'Editor', {
      description: 'Schreibt Maße',
      category: 'Büro',
      extRef: 'Grp-1',
    });
    const reader = await newEntitlement(api, app, 'reader', { category: 'a' });
    const publish = await newEntitlement(api, app, 'Publish', { type: 'permission', extRef: 'grp-2' });
    const abroad = await newEntitlement(api, other, 'Editor');
    await api.post(`${ENTITLEMENTS}/${editor}/children`, { add: [reader, publish] });
    for (const code of [editor, reader, publish, abroad]) {
      await api.post(`${ENTITLEMENTS}/${code}`, { grant: { users: [{ user: ada }], groups: [{ group: team }] } });
    }
    const codes = ({ body }: ApiAnswer): unknown => [
      body.count,
      ...((body.resources ?? [body]) as { code?: string }[]).map(({ code }) => code ?? body),
    ];
    const cases: [string, string[]][] = [
      ['filter=NAME eq "EDITOR"&sort_by=application&sort_order=descending', [abroad, editor]],
      ['filter=category eq "BÜRO" or extref eq "grp-2"', [editor, publish]],
      ['filter=extRef sw "grp"', [publish]],
      ['filter=description ew "MASSE"', [editor]],
      [`filter=type eq "role" and application eq "${app}"&sort_by=name&sort_order=descending`, [reader, editor]],
      [`filter=creationDate gt "${PAST}" and not (category pr) and lastModTime pr`, [publish, abroad]],
      ['sort_by=category', [reader, editor, publish, abroad]],
      ['sort_by=extRef&sort_order=descending', [abroad, reader, publish, editor]],
      ['sort_by=creationDate&sort_order=descending', [abroad, publish, reader, editor]],
    ];
    const encoded = (query: string): string => new URLSearchParams(query).toString();
    const lists = [`/v1.0/users/${ada}/entitlements`, `/v1.0/groups/${team}/entitlements`];
    for (const [query, due] of cases) {
      const answers = [
        await api.post(`${ENTITLEMENTS}/search?${encoded(query)}`, {}),
        ...(await Promise.all(lists.map((list) => api.get(`${list}?${encoded(query)}`)))),
      ];
      for (const answer of answers) expect([query, codes(answer)]).toEqual([query, [due.length, ...due]]);
    }
    const inside = await api.get(`${ENTITLEMENTS}/${editor}/children?${encoded('filter=type eq "permission"')}`);
    expect(codes(inside)).toEqual([1, publish]);
    const both = await api.post(`${ENTITLEMENTS}/search?limit=1`, { application: app, filter: 'name pr' });
    expect(codes(both)).toEqual([3, editor]);
    await api.patch(`${ENTITLEMENTS}/${reader}`, { category: 'ÄB', description: null });
    expect(codes(await api.post(`${ENTITLEMENTS}/search`, { filter: 'category eq "äb"' }))).toEqual([1, reader]);
    await api.put(`${rolesPath(app)}/${reader}`, { description: 'Liest' });
    expect(
      codes(await api.post(`${ENTITLEMENTS}/search`, { filter: 'description eq "liest" and category eq "äb"' })),
    ).toEqual([1, reader]);

    const known = 'application, category, code, creationDate, description, extRef, lastModTime, name, type';
    const refusals: [Promise<ApiAnswer>, string, unknown][] = [
      [
        api.post(`${ENTITLEMENTS}/search`, { filter: 'x eq 1' }),
        'DLE40010',
        expect.stringContaining(`known are ${known}`),
      ],
      [api.get(`${lists[0]!}?filter=name`), 'DLE40010', expect.any(String)],
      [
        api.post(`${ENTITLEMENTS}/search?filter=name+pr`, { filter: 'name pr' }),
        'DLE40001',
        'body.filter: filter must be in the query or in the body, not in both',
      ],
      [api.post(`${ENTITLEMENTS}/search`, { filter: 7 }), 'DLE40001', expect.any(String)],
      [api.get(`${lists[1]!}?sort_by=extref`), 'DLE40001', expect.stringContaining('extRef')],
      [api.get(`${ENTITLEMENTS}/${editor}/children?sort_order=up`), 'DLE40001', expect.any(String)],
    ];
    for (const [asked, id, message] of refusals) {
      const answer = await asked;
      expect([answer.status, answer.body]).toEqual([400, entitlementRefusal(id, message)]);
    }
  });
});
