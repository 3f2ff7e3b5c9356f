import { actorJson } from '../../../persistence/audit-statement.js';
import { enterSets, holdsAlways } from '../../users/index.js';
import { checkBounds, ignored, moment } from './columns.js';
import type { ImportKind } from './import-kind.js';
import { USER, groupAs } from './references.js';
import { resolveRows } from './resolved-rows.js';
import { createdTrail, dropExpired, isGood, writeRows } from './sql-parts.js';
import { stagedStatement } from './staging.js';
import { STAGED_VALIDITY, tieOf } from './ties.js';

const TIE = tieOf([groupAs('group')], [USER]);

const EVENT = { resource: 'membership', id: 'group_id' };
const AS_JSON = `jsonb_build_object('group_id', group_id, 'user_id', user_id, 'added_at', added_at,
                                    'valid_from', valid_from, 'valid_until', valid_until)`;
const TIED = { user_id: 'user_id', group_id: 'group_id', application_id: 'NULL::uuid' };
const CREATED = createdTrail({ ...EVENT, after: AS_JSON, tied: TIED });

const DROP_EXPIRED = dropExpired({
  ...EVENT,
  table: 'group_members',
  isSame: 'held.group_id = r.group_id AND held.user_id = r.user_id',
  before: AS_JSON,
});

/**
 * Of lines for the same pair, the first counts. By users, who are many more than groups: the indexes by user, here and of the
 * trail, then grow at their ends, and those by group at as many places as there are groups. Values: tenant, actor.
 */
const WRITE = stagedStatement(
  'transfers.write_memberships',
  `WITH added AS (
     INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal, valid_from, valid_until)
     SELECT $1, r.group_id, r.user_id, r.user_ordinal, r.valid_from, r.valid_until
       FROM import_rows r WHERE ${isGood('r')} ORDER BY r.user_id, r.group_id, r.line
     ON CONFLICT (tenant_id, group_id, user_id) DO NOTHING
     RETURNING group_id, user_id, user_ordinal, added_at, valid_from, valid_until
   ), sets AS (
     ${enterSets({ from: `added WHERE ${holdsAlways('added')}`, owner: 'added.group_id', ordinal: 'added.user_ordinal' })}
   ), trail AS (${CREATED})
   SELECT count(*)::int AS written FROM added`,
);

/** Lines that name a group whose rule says who is in it. SELECT of bad rows. */
const INTO_DYNAMIC = `
    SELECT s.line, CASE WHEN s.group_name IS NOT NULL THEN 'group_name' WHEN s.group_external_id IS NOT NULL THEN 'group_external_id'
                        ELSE 'group_id' END AS column_name, 'group_is_dynamic' AS code, g.name AS value
      FROM import_lines s JOIN import_rows r ON r.line = s.line
      JOIN groups g ON g.tenant_id = $1 AND g.id = r.group_id AND g.kind = 'dynamic'`;

/** Who is in which group: a membership is there already where the user is in the group, or will be; one that has expired is none. */
export const MEMBERSHIPS_IMPORT: ImportKind = {
  name: 'memberships',
  columns: [...TIE.columns, moment('valid_from'), moment('valid_until'), ignored('added_at')],
  required: TIE.required,
  emptyIsValue: false,
  staged: [...TIE.staged, ...STAGED_VALIDITY],
  stage: (values, report) => {
    const tied = TIE.stage(values, report);
    const [from = null, until = null] = values.slice(TIE.columns.length);
    checkBounds(from, until, report);
    return [...tied, from, until];
  },
  resolve: (session, scope, used) =>
    resolveRows(session, scope, used, { references: TIE.references, kept: STAGED_VALIDITY }),
  bad: `${TIE.bad} UNION ALL ${INTO_DYNAMIC}`,
  write: async (session, scope) => {
    await session.query(DROP_EXPIRED, [scope.tenantId, actorJson(scope)]);
    return writeRows(session, scope, WRITE);
  },
};
