import type { Statement } from '../../../persistence/statement.js';
import { statementNameOf } from '../../../persistence/statement-name.js';
import { setsStatement } from '../../access/index.js';
import type { GroupKind } from '../../groups/index.js';
import { holdsNow } from '../../users/index.js';
import type { AssigneeType, EntitlementFilter } from '../dto/assignment-search.requests.js';
import { ofEntitlement } from '../search/assignment-search.read-model.js';
import { Conditions } from '../search/filters.js';

/** Whether a group is of a kind, or none is asked for: `kind` is a parameter. $1: tenant. */
export function isOfKind(group: string, kind: string): string {
  return `(${kind}::text IS NULL OR EXISTS (
    SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = ${group} AND g.kind = ${kind}))`;
}

/** A statement with its values. */
export interface Asked {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

/**
 * Who holds each of some entitlements, kept apart by the place of each in the list, from 1. Direct holders and members of
 * groups are stored sets (decision 8). By role_assignments_group_key. Values: tenant, entitlements, null, null, the kind of
 * the groups that give it or null.
 */
export const HOLDERS_APART = setsStatement(
  {
    name: 'entitlements.holders',
    tables: `
  door AS MATERIALIZED (
    SELECT true AS is_open
  ), holding AS MATERIALIZED (
    SELECT asked.id, asked.place FROM unnest($2::uuid[]) WITH ORDINALITY asked(id, place)
  ), given AS MATERIALIZED (
    SELECT a.id, a.group_id, holding.place AS moment
      FROM holding JOIN role_assignments a ON a.tenant_id = $1 AND a.role_id = holding.id AND a.group_id IS NOT NULL
     WHERE ${isOfKind('a.group_id', '$5')}
  )`,
    directOwners: `SELECT holding.id AS owner_id, holding.place AS moment FROM holding`,
    directMoment: 'own.moment',
    directOf: '',
  },
  true,
);

/** The users in a group now, or in one inside of it. Values: tenant, group, null, null. */
export const USERS_OF_GROUP = setsStatement({
  name: 'entitlements.users_of_group',
  tables: `
  door AS MATERIALIZED (
    SELECT true AS is_open FROM groups g WHERE g.tenant_id = $1 AND g.id = $2
  ), given AS MATERIALIZED (
    SELECT NULL::uuid AS id, g.id AS group_id, NULL::bigint AS moment FROM groups g WHERE g.tenant_id = $1 AND g.id = $2
  )`,
  directOwners: `SELECT NULL::uuid AS owner_id WHERE false`,
  directOf: '',
});

/** Those that the filter leaves, at most `most`, by their ids. By roles_pkey or roles_application_name_key. */
export function entitlementsLeft(tenantId: string, filter: EntitlementFilter, most: number): Asked {
  const conditions = ofEntitlement(new Conditions(tenantId), filter);
  const text = `SELECT r.id FROM roles r WHERE r.tenant_id = $1 AND r.level = 'application'${conditions.sql}
                 ORDER BY r.id LIMIT ${most}`;
  return { statement: { name: statementNameOf(text), text }, values: conditions.values };
}

/** Of which kind the groups are that give it; null where that is all one. */
export function kindOf(type: AssigneeType | undefined): GroupKind | null {
  if (type === 'DYNAMIC_GROUP') return 'dynamic';
  return type === 'GROUP' ? 'static' : null;
}

/** How a user holds what is asked for. */
interface OfUser {
  readonly user: string;
  readonly group: string | undefined;
  readonly type: AssigneeType | undefined;
}

/** The groups around those that a user is in now; with `through` ($3) only by ways through that group. $1: tenant, $2: user. */
const around = (through: boolean): string => `
  SELECT up.ancestor_id
    FROM memberships m JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = m.group_id
   WHERE m.tenant_id = $1 AND m.user_id = $2 AND ${holdsNow('m')}
     ${through ? `AND ${isAround('m.group_id', 'up.ancestor_id', '$3')}` : ''}`;

/** Whether one group is inside of `through`, or it itself, and the other around it, or it itself. $1: tenant. */
function isAround(inner: string, outer: string, through: string): string {
  return `EXISTS (SELECT FROM group_closure below WHERE below.tenant_id = $1 AND below.ancestor_id = ${through} AND below.descendant_id = ${inner})
      AND EXISTS (SELECT FROM group_closure above WHERE above.tenant_id = $1 AND above.ancestor_id = ${outer} AND above.descendant_id = ${through})`;
}

const DIRECT = `SELECT a.role_id FROM role_assignments a
     WHERE a.tenant_id = $1 AND a.user_id = $2 AND a.level = 'application'`;

const byGroups = (groups: string, kind: GroupKind | null): string => `SELECT a.role_id FROM role_assignments a
     WHERE a.tenant_id = $1 AND a.level = 'application' AND a.group_id = ANY (ARRAY(${groups}))
       ${kind === null ? '' : `AND ${isOfKind('a.group_id', `'${kind}'`)}`}`;

/**
 * Those of the entitlements that an active user holds, from the user upwards: how many, some of their ids in order, and
 * the user's ordinal. By role_assignments_of_user, group_members_user, group_closure_up and role_assignments_of_group.
 */
export function entitlementsOfUser(
  tenantId: string,
  { user, group, type }: OfUser,
  filter: EntitlementFilter,
  slice: Slice,
): Asked {
  const conditions = ofEntitlement(new Conditions(tenantId, user, ...(group === undefined ? [] : [group])), filter);
  const reached = byGroups(around(group !== undefined), kindOf(type));
  const others = `${reached} EXCEPT ${DIRECT}`;
  const held = { USER: DIRECT, GROUP: others, DYNAMIC_GROUP: others, any: `${DIRECT} UNION ${reached}` };
  const ordinal = `(SELECT u.ordinal FROM users u WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active')`;
  return sliced(group === undefined ? held[type ?? 'any'] : reached, conditions, slice, `, ${ordinal} AS ordinal`);
}

/** Those of the entitlements that a group holds, or one around it: how many, and some of their ids in order. */
export function entitlementsAroundGroup(
  tenantId: string,
  { group, type }: { readonly group: string; readonly type: AssigneeType | undefined },
  filter: EntitlementFilter,
  slice: Slice,
): Asked {
  const conditions = ofEntitlement(new Conditions(tenantId, group), filter);
  const above = `SELECT up.ancestor_id FROM group_closure up WHERE up.tenant_id = $1 AND up.descendant_id = $2`;
  return sliced(byGroups(above, kindOf(type)), conditions, slice);
}

/** Which of the ids are wanted. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

function sliced(ids: string, conditions: Conditions, { offset, limit }: Slice, more = ''): Asked {
  const { values } = conditions;
  const text = `WITH found AS MATERIALIZED (
       SELECT r.id FROM roles r
        WHERE r.tenant_id = $1 AND r.level = 'application' AND r.id IN (${ids})${conditions.sql}
     )
     SELECT (SELECT count(*)::int FROM found) AS total,
            ARRAY(SELECT id FROM found ORDER BY id LIMIT $${values.length + 1}::int OFFSET $${values.length + 2}::bigint) AS ids${more}`;
  return { statement: { name: statementNameOf(text), text }, values: [...values, limit, offset] };
}
