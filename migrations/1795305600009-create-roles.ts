import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTables, lockToTenant } from './support/tenant-table.js';

/** Roles of applications, of the organization, of its workspaces and projects, and who holds them where. */
export class CreateRoles1795305600009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createRoles(runner);
    await createRoleAssignments(runner);
    await createOrganizationOwners(runner);
    await createOrganizationMembers(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    // The sets of the direct holders go with the roles; row-level security binds the owner too.
    for (const table of ['user_sets', 'roles']) await runner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    await runner.query(`DELETE FROM user_sets s USING roles r WHERE s.tenant_id = r.tenant_id AND s.owner_id = r.id`);
    await runner.query(`ALTER TABLE user_sets FORCE ROW LEVEL SECURITY`);
    await dropTables(runner, 'organization_members', 'organization_owners', 'role_assignments', 'roles');
  }
}

async function createRoles(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE roles (
      tenant_id       uuid NOT NULL,
      id              uuid NOT NULL,
      level           text NOT NULL,
      application_id  uuid,
      name            text NOT NULL,
      name_key        text COLLATE "C" NOT NULL,
      display_name    text,
      description     text,
      type            text NOT NULL DEFAULT 'normal',
      built_in        text COLLATE "C",
      permissions     text[] NOT NULL DEFAULT '{}',
      created_at      timestamptz NOT NULL DEFAULT now(),
      updated_at      timestamptz NOT NULL DEFAULT now(),
      version         integer NOT NULL DEFAULT 1,
      CONSTRAINT roles_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT roles_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT roles_application_fkey FOREIGN KEY (tenant_id, application_id)
        REFERENCES applications (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT roles_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
      CONSTRAINT roles_level_known CHECK (level IN ('application', 'organization', 'workspace', 'project')),
      CONSTRAINT roles_application_of_level CHECK ((level = 'application') = (application_id IS NOT NULL)),
      CONSTRAINT roles_type_known CHECK (type = 'normal' OR type = 'share' AND level <> 'application'),
      CONSTRAINT roles_permissions_some CHECK (cardinality(permissions) <= 1000)
    )`);
  // What assignments point at, so that their own level, kind of role and application are those of the role.
  await runner.query(`CREATE UNIQUE INDEX roles_level_key ON roles (tenant_id, id, level, type)`);
  await runner.query(`CREATE UNIQUE INDEX roles_application_key ON roles (tenant_id, id, application_id)`);
  await runner.query(`
    CREATE UNIQUE INDEX roles_application_name_key ON roles (tenant_id, application_id, name_key)
      WHERE application_id IS NOT NULL`);
  await runner.query(`
    CREATE UNIQUE INDEX roles_name_key ON roles (tenant_id, level, name_key) WHERE application_id IS NULL`);
  await runner.query(
    `CREATE UNIQUE INDEX roles_built_in_key ON roles (tenant_id, built_in) WHERE built_in IS NOT NULL`,
  );
  await runner.query(`ALTER TABLE tenants NO FORCE ROW LEVEL SECURITY`);
  await runner.query(`
    INSERT INTO roles (tenant_id, id, level, name, name_key, description, built_in, permissions)
    SELECT t.id, gen_random_uuid(), b.level, b.name, lower(b.name), b.description,
           b.level || '.' || lower(replace(b.name, ' ', '_')), string_to_array(b.permissions, ' ')
      FROM tenants t CROSS JOIN (VALUES ${BUILT_IN.map(asRow).join(', ')}) b(level, name, description, permissions)`);
  await runner.query(`ALTER TABLE tenants FORCE ROW LEVEL SECURITY`);
  await lockToTenant(runner, 'roles');
}

/** The roles that every tenant has, as they were when this was written: level, name, description, permissions. */
const BUILT_IN = [
  ['organization', 'Admin', 'Everything in the organization.', '*'],
  [
    'organization',
    'Manager',
    'Manages users, groups, applications, assignments and roles.',
    'doorlist:directory:write doorlist:applications:write doorlist:assignments:write doorlist:roles:write',
  ],
  [
    'organization',
    'Viewer',
    'Sees users, groups, applications, assignments and roles.',
    'doorlist:directory:read doorlist:applications:read doorlist:assignments:read doorlist:roles:read',
  ],
  ['organization', 'Billing Admin', 'Sees and changes billing.', 'billing:read billing:write'],
  ['organization', 'Member', 'Belongs to the organization.', 'organization:read'],
  ['workspace', 'Admin', 'Everything in the workspace and its projects.', '*'],
  [
    'workspace',
    'Developer',
    'Changes the workspace and its projects.',
    'workspace:read workspace:write project:read project:write stack:read',
  ],
  ['workspace', 'Contributor', 'Changes projects of the workspace.', 'workspace:read project:read project:write'],
  ['workspace', 'Viewer', 'Sees the workspace and its projects.', 'workspace:read project:read'],
  ['workspace', 'Stack Admin', 'Sees and changes the stacks.', 'workspace:read stack:read stack:write'],
  ['project', 'Admin', 'Everything in the project.', '*'],
  ['project', 'Developer', 'Changes the project.', 'project:read project:write stack:read'],
  ['project', 'Contributor', 'Contributes to the project.', 'project:read project:write'],
  ['project', 'Viewer', 'Sees the project.', 'project:read'],
] as const;

function asRow(role: readonly string[]): string {
  return `(${role.map((text) => `'${text}'`).join(', ')})`;
}

/** What must be set, and what must not, at each level. */
const SCOPE_OF_LEVEL = `CASE level
        WHEN 'application' THEN application_id IS NOT NULL AND num_nonnulls(workspace_id, project_id) = 0
        WHEN 'organization' THEN num_nonnulls(application_id, workspace_id, project_id) = 0
        WHEN 'workspace' THEN application_id IS NULL AND workspace_id IS NOT NULL AND project_id IS NULL
        WHEN 'project' THEN application_id IS NULL AND num_nonnulls(workspace_id, project_id) = 2
        ELSE false END`;

async function createRoleAssignments(runner: QueryRunner): Promise<void> {
  // No cascade from roles: what is held is taken away first, with its trail and its counts.
  await runner.query(`
    CREATE TABLE role_assignments (
      tenant_id              uuid NOT NULL,
      id                     uuid NOT NULL,
      role_id                uuid NOT NULL,
      level                  text NOT NULL,
      role_type              text NOT NULL DEFAULT 'normal',
      application_id         uuid,
      workspace_id           uuid,
      project_id             uuid,
      scope_id               uuid NOT NULL,
      user_id                uuid,
      user_ordinal           integer,
      group_id               uuid,
      holder_application_id  uuid,
      assigned_at            timestamptz NOT NULL DEFAULT now(),
      assigned_by            text NOT NULL,
      CONSTRAINT role_assignments_pkey PRIMARY KEY (tenant_id, id),
      CONSTRAINT role_assignments_not_shared CHECK (role_type = 'normal'),
      CONSTRAINT role_assignments_one_holder CHECK (num_nonnulls(user_id, group_id, holder_application_id) = 1),
      CONSTRAINT role_assignments_user_ordinal CHECK ((user_id IS NULL) = (user_ordinal IS NULL)),
      CONSTRAINT role_assignments_application_holds CHECK (holder_application_id IS NULL OR level = 'application'),
      CONSTRAINT role_assignments_scope_of_level CHECK (${SCOPE_OF_LEVEL}),
      CONSTRAINT role_assignments_scope_id
        CHECK (scope_id = coalesce(application_id, project_id, workspace_id, tenant_id)),
      CONSTRAINT role_assignments_role_fkey FOREIGN KEY (tenant_id, role_id, level, role_type)
        REFERENCES roles (tenant_id, id, level, type),
      CONSTRAINT role_assignments_application_fkey FOREIGN KEY (tenant_id, role_id, application_id)
        REFERENCES roles (tenant_id, id, application_id),
      CONSTRAINT role_assignments_workspace_fkey FOREIGN KEY (tenant_id, workspace_id)
        REFERENCES workspaces (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT role_assignments_project_fkey FOREIGN KEY (tenant_id, workspace_id, project_id)
        REFERENCES projects (tenant_id, workspace_id, id) ON DELETE CASCADE,
      CONSTRAINT role_assignments_user_fkey FOREIGN KEY (tenant_id, user_id, user_ordinal)
        REFERENCES users (tenant_id, id, ordinal) ON DELETE CASCADE,
      CONSTRAINT role_assignments_group_fkey FOREIGN KEY (tenant_id, group_id)
        REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT role_assignments_holder_application_fkey FOREIGN KEY (tenant_id, holder_application_id)
        REFERENCES applications (tenant_id, id) ON DELETE CASCADE
    )`);
  await indexRoleAssignments(runner);
  await lockToTenant(runner, 'role_assignments');
}

async function indexRoleAssignments(runner: QueryRunner): Promise<void> {
  // One assignment for each role, holder and scope; a holder's own are found by the indexes after these.
  for (const [name, column] of [
    ['user', 'user_id'],
    ['group', 'group_id'],
    ['application', 'holder_application_id'],
  ] as const) {
    await runner.query(`
      CREATE UNIQUE INDEX role_assignments_${name}_key ON role_assignments (tenant_id, role_id, ${column}, scope_id)
        WHERE ${column} IS NOT NULL`);
    await runner.query(`
      CREATE INDEX role_assignments_of_${name} ON role_assignments (tenant_id, ${column}, scope_id, role_id)
        WHERE ${column} IS NOT NULL`);
  }
  // The list of who holds a role is read a page at a time in the order of the ids.
  await runner.query(`CREATE INDEX role_assignments_of_role ON role_assignments (tenant_id, role_id, id)`);
  await runner.query(`
    CREATE INDEX role_assignments_of_workspace ON role_assignments (tenant_id, workspace_id, project_id)
      WHERE workspace_id IS NOT NULL`);
  // What the owner of an organization points at.
  await runner.query(`CREATE UNIQUE INDEX role_assignments_id_user_key ON role_assignments (tenant_id, id, user_id)`);
}

async function createOrganizationOwners(runner: QueryRunner): Promise<void> {
  // No cascade from the assignment: the owner keeps the role of an Admin, and stays a user, until there is another.
  await runner.query(`
    CREATE TABLE organization_owners (
      tenant_id      uuid NOT NULL,
      user_id        uuid NOT NULL,
      assignment_id  uuid NOT NULL,
      CONSTRAINT organization_owners_pkey PRIMARY KEY (tenant_id),
      CONSTRAINT organization_owners_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
      CONSTRAINT organization_owners_assignment_fkey FOREIGN KEY (tenant_id, assignment_id, user_id)
        REFERENCES role_assignments (tenant_id, id, user_id)
    )`);
  await lockToTenant(runner, 'organization_owners');
}

async function createOrganizationMembers(runner: QueryRunner): Promise<void> {
  // The check is what keeps a member's last role, whoever takes roles away at the same moment.
  await runner.query(`
    CREATE TABLE organization_members (
      tenant_id   uuid NOT NULL,
      user_id     uuid NOT NULL,
      role_count  integer NOT NULL,
      CONSTRAINT organization_members_pkey PRIMARY KEY (tenant_id, user_id),
      CONSTRAINT organization_members_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE,
      CONSTRAINT organization_members_last_role CHECK (role_count >= 1)
    )`);
  await lockToTenant(runner, 'organization_members');
}
