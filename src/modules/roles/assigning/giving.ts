import { trailOf } from '../../../persistence/audit-statement.js';

const NAMES = [
  'id',
  'role_id',
  'level',
  'application_id',
  'workspace_id',
  'project_id',
  'user_id',
  'group_id',
  'holder_application_id',
  'assigned_at',
  'assigned_by',
] as const;

/** The columns of a role assignment, of `row` where it is named. */
export function columnsOf(row?: string): string {
  return [...NAMES, 'user_ordinal'].map((name) => (row === undefined ? name : `${row}.${name}`)).join(', ');
}

/** Writes down that the role assignments `row` were given or taken away ($1: tenant, $3: actor). */
export function trailOfChanged(done: 'created' | 'deleted', row: string): string {
  const json = `jsonb_build_object(${NAMES.map((name) => `'${name}', ${row}.${name}`).join(', ')})`;
  return trailOf({
    action: `role_assignment.${done}`,
    resourceType: 'role_assignment',
    resourceId: `${row}.id`,
    actor: '$3',
    from: row,
    ...(done === 'created' ? { after: json } : { before: json }),
  });
}

/** Rows whose users are in the sets of their roles: the direct holders of roles of applications. */
export const inSets = (row: string): { from: string; owner: string; ordinal: string } => ({
  from: `${row} WHERE ${row}.user_id IS NOT NULL AND ${row}.application_id IS NOT NULL`,
  owner: `${row}.role_id`,
  ordinal: `${row}.user_ordinal`,
});

/** Rows that count as roles of a member of the organization: those that a user holds directly at its level. */
const OF_MEMBERS = (row: string): string => `${row}.user_id IS NOT NULL AND ${row}.level = 'organization'`;

/** Counts what members of the organization were given ($1: tenant). */
export function countGiven(row: string): string {
  return `INSERT INTO organization_members AS kept (tenant_id, user_id, role_count)
          SELECT $1, ${row}.user_id, 1 FROM ${row} WHERE ${OF_MEMBERS(row)} ORDER BY ${row}.user_id
          ON CONFLICT (tenant_id, user_id) DO UPDATE SET role_count = kept.role_count + 1`;
}

/** Counts what was taken from members; organization_members_last_role refuses the last one ($1: tenant). */
export function countTaken(row: string): string {
  return `UPDATE organization_members kept SET role_count = kept.role_count - 1
            FROM ${row} WHERE kept.tenant_id = $1 AND kept.user_id = ${row}.user_id AND ${OF_MEMBERS(row)}`;
}
