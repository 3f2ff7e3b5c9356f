import { trailOf } from '../../../persistence/audit-statement.js';
import { batchStatement } from '../../../persistence/in-batches.js';
import { statement, type Statement } from '../../../persistence/statement.js';
import { DROP_SET, enterSets, leaveSets } from '../../users/index.js';
import { columnsOf, countGiven, countTaken, inSets, trailOfChanged } from './giving.js';
import { HOLDER_COLUMN, type HolderKind } from './holder.js';

/** The holders who are there, held, as a part of a statement; and what they hold already, as a join. */
type Holders = readonly [known: string, there: string];

const ordinalOf = (kind: HolderKind): string => (kind === 'user' ? 'k.ordinal' : 'NULL::int AS ordinal');

function holdersOf(kind: HolderKind): Holders {
  return [
    `known AS MATERIALIZED (
       SELECT asked.*, ${ordinalOf(kind)}
         FROM asked JOIN ${kind}s k ON k.tenant_id = $1 AND k.id = asked.holder_id
        ORDER BY k.id FOR KEY SHARE OF k`,
    `role_assignments held
         ON held.tenant_id = $1 AND held.role_id = $2 AND held.${HOLDER_COLUMN[kind]} = asked.holder_id AND held.scope_id = $11`,
  ];
}

/** No part may lock rows beside others there. */
function holdersOnCitus(kind: HolderKind): Holders {
  return [
    `there AS MATERIALIZED (
       SELECT k.id, ${ordinalOf(kind)} FROM ${kind}s k WHERE k.tenant_id = $1 AND k.id = ANY ($5::uuid[]) ORDER BY k.id FOR KEY SHARE
     ), known AS MATERIALIZED (
       SELECT asked.*, there.ordinal FROM asked JOIN there ON there.id = asked.holder_id
     ), held AS (
       SELECT * FROM role_assignments WHERE tenant_id = $1 AND role_id = $2 AND ${HOLDER_COLUMN[kind]} = ANY ($5::uuid[]) AND scope_id = $11`,
    `held ON held.${HOLDER_COLUMN[kind]} = asked.holder_id`,
  ];
}

/**
 * Gives one role in one scope to holders of one kind, all or none, and answers a row for each in the order given. Where
 * the tenant lacks the role (at this level, of this application) or one of the holders, nothing is written. An assignment
 * without an id was made by another call at the same moment. Holders are held, so that none can go meanwhile.
 * Values: tenant, role, actor, who assigns, holders, assignment ids, level, application, workspace, project, scope id.
 */
function giveStatement(kind: HolderKind): Statement {
  const column = HOLDER_COLUMN[kind];
  const [intoOrdinal, ordinal] = kind === 'user' ? ['user_ordinal, ', 'ordinal, '] : ['', ''];
  const ofUsers = `, sets AS (${enterSets(inSets('made'))}), counted AS (${countGiven('made')})`;
  const text = (known: string, there: string): string => `WITH asked AS (
       SELECT a.* FROM unnest($5::uuid[], $6::uuid[]) WITH ORDINALITY AS a(holder_id, id, place)
     ), role AS (
       SELECT r.id FROM roles r
        WHERE r.tenant_id = $1 AND r.id = $2 AND r.level = $7::text AND r.application_id IS NOT DISTINCT FROM $8::uuid
     ), ${known}
     ), given AS (
       SELECT known.* FROM known, role WHERE (SELECT count(*) FROM known) = cardinality($5::uuid[])
     ), made AS (
       INSERT INTO role_assignments (tenant_id, id, role_id, level, application_id, workspace_id, project_id, scope_id,
                                     ${column}, ${intoOrdinal}assigned_by)
       SELECT $1, id, $2, $7, $8, $9::uuid, $10::uuid, $11::uuid, holder_id, ${ordinal}$4 FROM given
        ORDER BY holder_id
       ON CONFLICT (tenant_id, role_id, ${column}, scope_id) WHERE ${column} IS NOT NULL DO NOTHING
       RETURNING ${columnsOf()}
     )${kind === 'user' ? ofUsers : ''}, trail AS (
       ${trailOfChanged('created', 'made')}
     )
     SELECT asked.holder_id, EXISTS (SELECT FROM role) AS is_role_known, (known.id IS NOT NULL) AS is_known,
            (made.id IS NOT NULL) AS is_new, coalesce(made.id, held.id) AS id,
            coalesce(made.assigned_at, held.assigned_at) AS assigned_at,
            coalesce(made.assigned_by, held.assigned_by) AS assigned_by
       FROM asked
       LEFT JOIN known ON known.holder_id = asked.holder_id
       LEFT JOIN made ON made.${column} = asked.holder_id
       LEFT JOIN ${there}
      ORDER BY asked.place`;
  return statement(`roles.give_to_${kind}s`, text(...holdersOf(kind)), text(...holdersOnCitus(kind)));
}

/** By the kind of holder. */
export const GIVE = {
  user: giveStatement('user'),
  group: giveStatement('group'),
  application: giveStatement('application'),
} as const;

/**
 * Takes one role in one scope from holders of any of these kinds, and answers from whom; no row where it is not held there.
 * By the unique index of each kind. Values: tenant, role, actor, scope id, holders.
 */
function takeStatement(name: string, kinds: readonly HolderKind[]): Statement {
  const held = kinds.map(
    (kind) => `SELECT id FROM role_assignments
                WHERE tenant_id = $1 AND role_id = $2 AND ${HOLDER_COLUMN[kind]} = ANY ($5::uuid[]) AND scope_id = $4`,
  );
  return statement(
    `roles.take_from_${name}`,
    `WITH taken AS (
       DELETE FROM role_assignments WHERE tenant_id = $1 AND id IN (${held.join(' UNION ALL ')})
       RETURNING ${columnsOf()}
     ), sets AS (
       ${leaveSets(inSets('taken'))}
     ), counted AS (
       ${countTaken('taken')}
     ), trail AS (
       ${trailOfChanged('deleted', 'taken')}
     )
     SELECT coalesce(user_id, group_id, holder_application_id) AS holder_id FROM taken`,
  );
}

/** By the kind of holder; `any`: whichever kind the id is of. */
export const TAKE = {
  user: takeStatement('user', ['user']),
  group: takeStatement('group', ['group']),
  application: takeStatement('application', ['application']),
  any: takeStatement('any', ['user', 'group', 'application']),
} as const;

const ROLES_OF_APPLICATION = `SELECT id FROM roles WHERE tenant_id = $1 AND application_id = $2`;

/** Takes away the role assignments that `where` finds, a batch at a time. Values: tenant, the id in `where`, actor. */
function takeAllStatement(name: string, where: string, kept: Readonly<Record<string, string>> = {}): Statement {
  const also = Object.entries(kept).map(([part, text]) => `, ${part} AS (${text})`);
  return batchStatement(
    `roles.take_all_of_${name}`,
    (nextBatch) => `WITH taken AS (
       DELETE FROM role_assignments WHERE ${nextBatch('role_assignments', `tenant_id = $1 AND ${where}`)}
       RETURNING ${columnsOf()}
     )${also.join('')}, trail AS (
       ${trailOfChanged('deleted', 'taken')}
     )
     SELECT count(*)::int AS removed FROM taken`,
  );
}

/**
 * What goes with whom or what is about to go. A member of the organization who goes is not counted down, so that no last
 * role is in the way; a role that goes must be nobody's last one.
 */
export const TAKE_ALL = {
  user: takeAllStatement('user', 'user_id = $2', { sets: leaveSets(inSets('taken')) }),
  group: takeAllStatement('group', 'group_id = $2'),
  holder_application: takeAllStatement('holder_application', 'holder_application_id = $2'),
  workspace: takeAllStatement('workspace', 'workspace_id = $2'),
  // The workspace is in the index before the project.
  project: takeAllStatement(
    'project',
    'project_id = $2 AND workspace_id = (SELECT p.workspace_id FROM projects p WHERE p.tenant_id = $1 AND p.id = $2)',
  ),
  role: takeAllStatement('role', 'role_id = $2', { sets: DROP_SET.text, counted: countTaken('taken') }),
  roles_of_application: takeAllStatement('roles_of_application', `role_id IN (${ROLES_OF_APPLICATION})`, {
    sets: `DELETE FROM user_sets WHERE tenant_id = $1 AND owner_id IN (${ROLES_OF_APPLICATION})`,
  }),
} as const;

/**
 * Holds the roles of an application that goes: whoever gives one of them at the same moment is seen by what follows, or
 * finds the role gone. Values: tenant, application.
 */
export const HOLD_ROLES_OF_APPLICATION = statement(
  'roles.hold_roles_of_application',
  `SELECT id FROM roles WHERE tenant_id = $1 AND application_id = $2 ORDER BY id FOR UPDATE`,
);

const ROLE_IN_TRAIL = [
  'id',
  'level',
  'application_id',
  'name',
  'display_name',
  'description',
  'type',
  'permissions',
  'entitlement_type',
  'category',
  'ext_ref',
  'created_at',
  'updated_at',
];

/** Deletes the roles of an application, which nobody holds any more, a batch at a time. Values: tenant, application, actor. */
export const REMOVE_ROLES_OF_APPLICATION = batchStatement(
  'roles.remove_roles_of_application',
  (nextBatch) => `WITH gone AS (
     DELETE FROM roles WHERE ${nextBatch('roles', 'tenant_id = $1 AND application_id = $2')} RETURNING *
   ), trail AS (
     ${trailOf({
       action: 'role.deleted',
       resourceType: 'role',
       resourceId: 'gone.id',
       before: `jsonb_build_object(${ROLE_IN_TRAIL.map((name) => `'${name}', gone.${name}`).join(', ')})`,
       from: 'gone',
       actor: '$3',
     })}
   )
   SELECT count(*)::int AS removed FROM gone`,
);
