import { statement, type Statement } from '../../../persistence/statement.js';
import { holdsAlways, holdsNow, sizeOfSet } from '../../users/index.js';

/** Those in its set, and the few who are in it for a time only. */
const MEMBER_COUNT = `${sizeOfSet('g.id')} +
   (SELECT count(*) FROM group_members m
     WHERE m.tenant_id = $1 AND m.group_id = g.id AND NOT (${holdsAlways('m')}) AND ${holdsNow('m')})`;

/** The columns of HolderRow, of a user `u` and a group `g` of which at most one is there. */
const holder = (
  memberCount: string,
): string => `u.id AS user_id, u.user_name, u.display_name, u.email, u.status, u.attributes,
   g.id AS team_id, g.name AS team_name, g.description AS team_description, g.created_at AS team_created,
   g.updated_at AS team_updated, ${memberCount} AS member_count`;

const HOLDER = holder(`CASE WHEN g.id IS NOT NULL THEN (${MEMBER_COUNT})::int END`);

/** Who holds a role, or is to hold it: a user, a group, or nobody. */
export interface HolderRow {
  readonly user_id: string | null;
  readonly user_name: string;
  readonly display_name: string | null;
  readonly email: string | null;
  readonly status: 'active' | 'suspended';
  readonly attributes: object;
  readonly team_id: string | null;
  readonly team_name: string;
  readonly team_description: string | null;
  readonly team_created: Date;
  readonly team_updated: Date;
  readonly member_count: number;
}

const NAMED_COLUMNS = `SELECT r.id AS role_id, r.name, r.description, r.level, r.type, r.built_in,
          w.id AS workspace_id, p.id AS project_id, p.workspace_id AS project_workspace_id`;

/**
 * Everything that a call names, as far as the tenant has it: always one row, with nulls for what it lacks. Roles of
 * applications are none here, and a project counts in its own workspace only. By the primary keys. For a cluster each part is
 * read by itself: LEFT JOIN of many tables to a row of none crashed its coordinator (docs/decisions/0029-citus.md).
 * Values: tenant, role, workspace, project, user, group; each but the first two may be null.
 */
export const NAMED = statement(
  'roles.named_for_scope',
  `${NAMED_COLUMNS}, ${HOLDER}
     FROM (VALUES (1)) one
     LEFT JOIN roles r ON r.tenant_id = $1 AND r.id = $2 AND r.application_id IS NULL
     LEFT JOIN workspaces w ON w.tenant_id = $1 AND w.id = $3::uuid
     LEFT JOIN projects p
       ON p.tenant_id = $1 AND p.id = $4::uuid AND ($3::uuid IS NULL OR p.workspace_id = $3::uuid)
     LEFT JOIN users u ON u.tenant_id = $1 AND u.id = $5::uuid
     LEFT JOIN groups g ON g.tenant_id = $1 AND g.id = $6::uuid`,
  `WITH r AS MATERIALIZED (
     SELECT * FROM roles WHERE tenant_id = $1 AND id = $2 AND application_id IS NULL
   ), w AS MATERIALIZED (
     SELECT * FROM workspaces WHERE tenant_id = $1 AND id = $3::uuid
   ), p AS MATERIALIZED (
     SELECT * FROM projects WHERE tenant_id = $1 AND id = $4::uuid AND ($3::uuid IS NULL OR workspace_id = $3::uuid)
   ), u AS MATERIALIZED (
     SELECT * FROM users WHERE tenant_id = $1 AND id = $5::uuid
   ), g AS MATERIALIZED (
     SELECT g.*, (${MEMBER_COUNT})::int AS member_count FROM groups g WHERE g.tenant_id = $1 AND g.id = $6::uuid
   )
   ${NAMED_COLUMNS}, ${holder('g.member_count')}
     FROM (VALUES (1)) one
     LEFT JOIN r ON true LEFT JOIN w ON true LEFT JOIN p ON true LEFT JOIN u ON true LEFT JOIN g ON true`,
);

/** One who holds the role, and where. */
export interface AssignmentRow extends HolderRow {
  readonly id: string;
  readonly workspace_id: string | null;
  readonly project_id: string | null;
}

/** Assignments that one statement reads. */
export const BATCH = 500;

function holdersStatement(name: string, within: string): Statement {
  return statement(
    `roles.holders_${name}`,
    `SELECT a.id, a.workspace_id, a.project_id, ${HOLDER}
       FROM (SELECT * FROM role_assignments
              WHERE tenant_id = $1 AND role_id = $2 AND id > $3 ${within} ORDER BY id LIMIT ${BATCH}) a
       LEFT JOIN users u ON u.tenant_id = $1 AND u.id = a.user_id
       LEFT JOIN groups g ON g.tenant_id = $1 AND g.id = a.group_id
      ORDER BY a.id`,
  );
}

/**
 * The next batch of a role's assignments in the order of their ids: all, those in a workspace and its projects, or those in
 * a project. By role_assignments_of_role, or role_assignments_of_workspace where that is less to read.
 * Values: tenant, role, the last id of the batch before, and the workspace and the project where it is by these.
 */
export const HOLDERS = {
  anywhere: holdersStatement('anywhere', ''),
  workspace: holdersStatement('in_workspace', 'AND workspace_id = $4'),
  project: holdersStatement('in_project', 'AND workspace_id = $4 AND project_id = $5'),
} as const;
