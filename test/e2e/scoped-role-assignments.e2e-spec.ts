import { Api, type ApiAnswer } from '../support/api.js';
import { manyUsers } from '../support/many-users.js';
import {
  assign,
  assignmentsUrl,
  builtInRoles,
  holders,
  newRole,
  revoke,
  storedRoles,
} from '../support/scoped-role-steps.js';
import { sql } from '../support/sql.js';
import { newTenant } from '../support/tenant.js';

const NOBODY = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44';

/** What an answer refuses with: its status and the name of the error. */
const refused = ({ status, body }: ApiAnswer): [number, string] => [status, (body as { detail: string[] }).detail[0]!];

describe('contract 3, roles held at a scope', () => {
  it('are given to users and teams at every level, listed and taken back', async () => {
    const tenant = await newTenant();
    const { id, api, path, user, group, workspace, project } = tenant;
    const roles = await builtInRoles(tenant);
    const ada = await user('ada', { display_name: 'Ada Lovelace', email: 'ada@example.com', attributes: { a: [1] } });
    const team = await group('Engineering', [ada, await user()]);
    const work = await workspace();
    const plan = await project(work);
    const cases = [
      { role: roles.get('organization Viewer')!, place: {}, name: 'Viewer', level: 'organization' },
      {
        role: roles.get('workspace Stack Admin')!,
        place: { workspace_id: work },
        name: 'Stack Admin',
        level: 'workspace',
      },
      {
        role: roles.get('project Developer')!,
        place: { workspace_id: work, project_id: plan },
        name: 'Developer',
        level: 'project',
      },
    ];
    for (const { role, place, name, level } of cases) {
      const toUser = await assign(api, role, { user_id: ada.toUpperCase(), ...place });
      const shown = {
        team: null,
        user: {
          id: ada,
          username: 'ada',
          name: 'Ada Lovelace',
          email: 'ada@example.com',
          avatar_url: null,
          company: null,
          job_title: null,
          metadata: { a: [1] },
          is_active: true,
          is_superuser: false,
          is_service_account: false,
          organization_id: id,
          is_onboarded: true,
        },
        role: {
          id: role,
          name,
          description: expect.any(String),
          organization_id: id,
          level,
          system_managed: true,
          type: 'normal',
        },
        organization_id: id,
        workspace_id: null,
        project_id: null,
        ...place,
      };
      expect([toUser.status, toUser.body]).toEqual([200, shown]);
      const toTeam = await assign(api, role.toUpperCase(), { team_id: team, ...place });
      expect([toTeam.status, toTeam.body]).toEqual([
        200,
        {
          ...shown,
          user: null,
          team: {
            id: team,
            name: 'Engineering',
            description: null,
            created: expect.any(String),
            updated: expect.any(String),
            member_count: 2,
          },
        },
      ]);
      // Again: the same, and nothing more is written.
      expect((await assign(api, role, { user_id: ada, ...place })).body).toEqual(toUser.body);
      expect((await holders(api, role)).body).toEqual([toUser.body, toTeam.body]);
    }
    expect((await storedRoles(tenant)).events).toEqual({ given: 6, taken: 0 });
    expect((await storedRoles(tenant)).members).toEqual([{ user_id: ada, role_count: 1 }]);
    await api.patch(`${path}/users/${ada}`, { status: 'suspended' });
    expect((await holders(api, cases[1]!.role)).body[0].user.is_active).toBe(false);

    for (const { role, place } of cases.slice(1)) {
      const gone = await revoke(api, role, { user_id: ada, ...place });
      expect([gone.status, gone.body]).toEqual([200, null]);
      expect(refused(await revoke(api, role, { user_id: ada, ...place }))).toEqual([404, 'KeyError']);
    }
    expect((await revoke(api, cases[0]!.role, { team_id: team })).status).toBe(200);
    const { held, events } = await storedRoles(tenant);
    expect(held).toHaveLength(3);
    expect(events).toEqual({ given: 6, taken: 3 });
  });

  it('refuses wrong combinations with 400, whatever way they are wrong', async () => {
    const tenant = await newTenant();
    const { api, user, group, workspace, project } = tenant;
    const roles = await builtInRoles(tenant);
    const [someone, team, work] = [await user(), await group(), await workspace()];
    const plan = await project(work);
    const [role, ofProject] = [roles.get('organization Viewer')!, roles.get('project Viewer')!];
    const both = 'Give exactly one of user_id and team_id; both were given.';
    const none = 'Give exactly one of user_id and team_id; none was given.';
    const alone = `project_id ${plan} was given without workspace_id; give the workspace of the project too.`;
    for (const [id, query, message] of [
      [role, `user_id=${someone}&team_id=${team}`, both],
      [role, '', none],
      [role, 'user_id=null&team_id=null', none],
      [role, `user_id=${someone}&team_id=`, 'query.team_id: team_id must be given once, as a UUID, not ""'],
      [ofProject, `user_id=${someone}&project_id=${plan}`, alone],
      [ofProject, `user_id=${someone}&project_id=${plan}&workspace_id=null`, alone],
      [role, `user_id=${someone}&user_id=${someone}`, `query.user_id: user_id must be given once, as a UUID, not `],
      [
        role,
        `user_id=${someone}&workspace_id=a`,
        'query.workspace_id: workspace_id must be given once, as a UUID, not "a"',
      ],
      [
        role,
        `user_id=${someone}&workspace_id=`,
        'query.workspace_id: workspace_id must be given once, as a UUID, not ""',
      ],
      [role, `user_id=${someone}&why=1`, 'query.why: why is not a field of this request'],
      ['x', `user_id=${someone}`, 'path.role_id: role_id must be a UUID, not "x"'],
    ] as const) {
      for (const answer of [
        await api.post(`/roles/${id}/assignments?${query}`),
        await api.delete(`/roles/${id}/assignments?${query}`),
      ]) {
        expect([answer.status, answer.body]).toEqual([
          400,
          { detail: ['ValueError', expect.stringContaining(message)] },
        ]);
      }
    }
    for (const query of [
      `project_id=${plan}&project_id=${plan}`,
      'workspace_id=%00',
      'workspace_id=',
      `user_id=${someone}`,
    ]) {
      expect(refused(await api.get(`/roles/${role}/assignments?${query}`))).toEqual([400, 'ValueError']);
    }
    // What is null is not there at all.
    expect(
      (await api.post(`/roles/${role}/assignments?user_id=${someone}&team_id=null&workspace_id=null`)).status,
    ).toBe(200);
    expect((await storedRoles(tenant)).held).toHaveLength(1);
  });

  it('answers 404 to what the tenant does not have, the same for what another one has', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const { api, user, group, workspace, project } = tenant;
    const roles = await builtInRoles(tenant);
    const [someone, team, work, elsewhere] = [await user(), await group(), await workspace(), await workspace()];
    const plan = await project(work);
    const ofProject = roles.get('project Viewer')!;
    const app = await tenant.application();
    const made = await api.post(`/v1/applications/${app}/roles`, { role_name: 'Editor' });
    const ofApplication = (made.body as { result: { role_id: string } }).result.role_id;
    const theirs = {
      role: (await builtInRoles(other)).get('project Viewer')!,
      user: await other.user(),
      group: await other.group(),
      workspace: await other.workspace(),
    };
    const place = { workspace_id: work, project_id: plan };
    const theirPlan = await other.project(theirs.workspace);
    for (const [role, query, message] of [
      [NOBODY, { user_id: someone, ...place }, `No role ${NOBODY} in this tenant.`],
      [theirs.role, { user_id: someone, ...place }, `No role ${theirs.role} in this tenant.`],
      [ofApplication, { user_id: someone }, `No role ${ofApplication} in this tenant.`],
      [ofProject, { user_id: NOBODY, ...place }, `No user ${NOBODY} in this tenant.`],
      [ofProject, { user_id: theirs.user, ...place }, `No user ${theirs.user} in this tenant.`],
      [ofProject, { team_id: theirs.group, ...place }, `No team ${theirs.group} in this tenant.`],
      [ofProject, { team_id: someone, ...place }, `No team ${someone} in this tenant.`],
      [ofProject, { user_id: team, ...place }, `No user ${team} in this tenant.`],
      [
        ofProject,
        { user_id: someone, ...place, workspace_id: theirs.workspace },
        `No workspace ${theirs.workspace} in this tenant.`,
      ],
      [ofProject, { user_id: someone, ...place, project_id: NOBODY }, `No project ${NOBODY} in workspace ${work}.`],
      [
        ofProject,
        { user_id: someone, ...place, project_id: theirPlan },
        `No project ${theirPlan} in workspace ${work}.`,
      ],
      [
        ofProject,
        { user_id: someone, ...place, workspace_id: elsewhere },
        `No project ${plan} in workspace ${elsewhere}.`,
      ],
    ] as const) {
      for (const answer of [await assign(api, role, query), await revoke(api, role, query)]) {
        expect([answer.status, answer.body]).toEqual([404, { detail: ['KeyError', message] }]);
      }
    }
    for (const url of [
      assignmentsUrl(theirs.role),
      assignmentsUrl(ofApplication),
      assignmentsUrl(ofProject, { workspace_id: theirs.workspace }),
      assignmentsUrl(ofProject, { workspace_id: elsewhere, project_id: plan }),
      assignmentsUrl(ofProject, { project_id: theirPlan }),
    ]) {
      expect(refused(await api.get(url))).toEqual([404, 'KeyError']);
    }
    expect((await storedRoles(tenant)).held).toEqual([]);
  });

  it('answers 403 to a role of another level than the scope, and to share roles', async () => {
    const tenant = await newTenant();
    const { api, user, workspace, project } = tenant;
    const roles = await builtInRoles(tenant);
    const [someone, work] = [await user(), await workspace()];
    const plan = await project(work);
    const places = {
      organization: {},
      workspace: { workspace_id: work },
      project: { workspace_id: work, project_id: plan },
    } as const;
    for (const [level, place] of Object.entries(places)) {
      for (const other of ['organization', 'workspace', 'project'].filter((each) => each !== level)) {
        const answer = await assign(api, roles.get(`${other} Admin`)!, { user_id: someone, ...place });
        expect(answer.status).toBe(403);
        expect(answer.body.detail).toEqual([
          'IllegalOperationError',
          expect.stringContaining(
            `Role Admin is of level ${other} and cannot be assigned at the given scope (${level})`,
          ),
        ]);
        // What is not held there cannot be taken there.
        expect((await revoke(api, roles.get(`${other} Admin`)!, { user_id: someone, ...place })).status).toBe(404);
      }
      const share = await newRole(tenant, level, { type: 'share' });
      const answer = await assign(api, share, { user_id: someone, ...place });
      expect(refused(answer)).toEqual([403, 'IllegalOperationError']);
      expect(answer.body.detail[1]).toContain('share role');
    }
    expect(await storedRoles(tenant)).toEqual({ held: [], members: [], events: { given: 0, taken: 0 } });
  });

  it('keeps the last role of the organization that a member holds directly, whatever else it holds', async () => {
    const tenant = await newTenant();
    const { api, path, user, group, workspace } = tenant;
    const roles = await builtInRoles(tenant);
    const [someone, work] = [await user(), await workspace()];
    const team = await group('team', [someone]);
    const [viewer, member, ofWork] = ['organization Viewer', 'organization Member', 'workspace Viewer'].map((name) =>
      roles.get(name),
    ) as [string, string, string];
    await assign(api, viewer, { user_id: someone });
    await assign(api, member, { team_id: team });
    await assign(api, ofWork, { user_id: someone, workspace_id: work });
    const last = await revoke(api, viewer, { user_id: someone });
    expect([last.status, last.body]).toEqual([
      403,
      {
        detail: [
          'IllegalOperationError',
          'The last role that a member holds in the organization directly cannot be taken away.',
        ],
      },
    ]);
    await assign(api, member, { user_id: someone });
    expect((await revoke(api, viewer, { user_id: someone })).status).toBe(200);
    // Of teams and in workspaces nothing is the last one.
    expect((await revoke(api, member, { team_id: team })).status).toBe(200);
    expect((await revoke(api, ofWork, { user_id: someone, workspace_id: work })).status).toBe(200);
    expect((await storedRoles(tenant)).members).toEqual([{ user_id: someone, role_count: 1 }]);
    expect((await api.delete(`${path}/users/${someone}`)).status).toBe(204);
    expect(await storedRoles(tenant)).toEqual({ held: [], members: [], events: { given: 4, taken: 4 } });
  });

  it('lists by workspace, with its projects, or by project', async () => {
    const tenant = await newTenant();
    const { api, path, user, workspace, project } = tenant;
    const role = (await builtInRoles(tenant)).get('project Viewer')!;
    const [one, two] = [await workspace(), await workspace()];
    const plans = [await project(one), await project(one), await project(two)];
    const users = [await user(), await user(), await user()];
    for (const [at, plan] of plans.entries()) {
      await assign(api, role, { user_id: users[at]!, workspace_id: at < 2 ? one : two, project_id: plan });
    }
    const listed = async (place: object): Promise<string[]> =>
      ((await holders(api, role, place)).body as { user: { id: string } }[]).map((each) => each.user.id);
    expect(await listed({})).toEqual(users);
    expect(await listed({ workspace_id: one })).toEqual(users.slice(0, 2));
    expect(await listed({ workspace_id: one, project_id: plans[1] })).toEqual([users[1]]);
    expect(await listed({ project_id: plans[2] })).toEqual([users[2]]);
    expect(await listed({ workspace_id: 'null', project_id: 'null' })).toEqual(users);
    // What is held in a project goes with it, and what is held in a workspace and its projects with that.
    expect((await api.delete(`${path}/workspaces/${one}/projects/${plans[1]}`)).status).toBe(204);
    expect(await listed({})).toEqual([users[0], users[2]]);
    expect((await api.delete(`${path}/workspaces/${one}`)).status).toBe(204);
    expect(await listed({})).toEqual([users[2]]);
    expect((await storedRoles(tenant)).events).toEqual({ given: 3, taken: 2 });
  });

  it('lists the holders of a role, however many, each once, and counts the members of teams exactly', async () => {
    const tenant = await newTenant();
    const { id, api, path, group } = tenant;
    const role = (await builtInRoles(tenant)).get('organization Viewer')!;
    const users = await manyUsers(id, 1203);
    await sql(
      `INSERT INTO role_assignments (tenant_id, id, role_id, level, scope_id, user_id, user_ordinal, assigned_by)
       SELECT tenant_id, gen_random_uuid(), $2, 'organization', tenant_id, id, ordinal, 'test' FROM users WHERE tenant_id = $1`,
      [id, role],
    );
    const team = await group('team', users.slice(0, 600));
    await api.put(`${path}/groups/${team}/members/${users[601]}`, { valid_until: '2999-01-01T00:00:00Z' });
    await api.put(`${path}/groups/${team}/members/${users[602]}`, { valid_from: '2998-01-01T00:00:00Z' });
    expect((await assign(api, role, { team_id: team })).body.team.member_count).toBe(601);
    const answer = await holders(api, role);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const listed = answer.body as { user: { id: string } | null; team: { id: string; member_count: number } | null }[];
    expect(listed).toHaveLength(1204);
    expect(listed.flatMap((each) => each.user?.id ?? []).sort()).toEqual(users.toSorted());
    expect(listed.flatMap((each) => each.team?.member_count ?? [])).toEqual([601]);
  }, 30_000);

  it('answers every refusal in its own words, and repeats what was answered to an Idempotency-Key', async () => {
    const tenant = await newTenant();
    const { api, user, apiWith } = tenant;
    const role = (await builtInRoles(tenant)).get('organization Viewer')!;
    const url = assignmentsUrl(role);
    const [reader, outsider, someone] = [await apiWith('roles:read'), await apiWith('directory:write'), await user()];
    expect([(await reader.get(url)).status, (await outsider.get(url)).status]).toEqual([200, 403]);
    for (const answer of [
      await assign(reader, role, { user_id: someone }),
      await revoke(reader, role, { user_id: someone }),
    ]) {
      expect([answer.status, answer.body]).toEqual([
        403,
        { detail: ['IllegalOperationError', 'The token needs the scope roles:write.'] },
      ]);
    }
    expect(refused(await new Api(api.url, null).get(url))).toEqual([401, 'AuthorizationException']);
    expect(refused(await api.get('/roles/'))).toEqual([404, 'KeyError']);
    expect(refused(await api.put(url))).toEqual([405, 'ValueError']);
    const malformed = { raw: '{', headers: { 'content-type': 'application/json' } };
    expect(refused(await api.post(`${url}?user_id=${someone}`, undefined, malformed))).toEqual([400, 'ValueError']);

    const once = { headers: { 'idempotency-key': 'once' } };
    const first = await api.post(`${url}?user_id=${someone}`, undefined, once);
    const again = await api.post(`${url}?user_id=${someone}`, undefined, once);
    expect(again.body).toEqual(first.body);
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 200, 'true']);
    expect(refused(await api.post(`${url}?user_id=${NOBODY}`, undefined, once))).toEqual([400, 'ValueError']);
    expect((await storedRoles(tenant)).events.given).toBe(1);
  });
});
