import { newId } from '../../../kernel/ids.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { enterSets, holdsAlways } from '../../users/index.js';
import { checkBounds, id, ignored, moment } from './columns.js';
import type { ImportKind, StagedColumn } from './import-kind.js';
import { APPLICATION, USER, groupAs } from './references.js';
import { resolveRows } from './resolved-rows.js';
import { createdTrail, dropExpired, isGood } from './sql-parts.js';
import { stagedStatement } from './staging.js';
import { STAGED_VALIDITY, tieOf } from './ties.js';

const TIE = tieOf([APPLICATION], [USER, groupAs('group')]);
const KEPT: readonly StagedColumn[] = [['id', 'uuid'], ...STAGED_VALIDITY];

const EVENT = { resource: 'assignment' };
const AS_JSON = `jsonb_build_object('id', id, 'application_id', application_id, 'user_id', user_id, 'group_id', group_id,
                                    'assigned_at', assigned_at, 'assigned_by', assigned_by,
                                    'valid_from', valid_from, 'valid_until', valid_until)`;
const TIED = { user_id: 'user_id', group_id: 'group_id', application_id: 'application_id' };
const CREATED = createdTrail({ ...EVENT, after: AS_JSON, tied: TIED });

const DROP_EXPIRED = dropExpired({
  ...EVENT,
  table: 'assignments',
  isSame: 'held.application_id = r.application_id AND (held.user_id = r.user_id OR held.group_id = r.group_id)',
  before: AS_JSON,
});

const IN_SETS = {
  from: `added WHERE added.user_id IS NOT NULL AND ${holdsAlways('added')}`,
  owner: 'added.application_id',
  ordinal: 'added.user_ordinal',
};

/** Values: tenant, actor, who assigns. In the order of the keys: of lines for the same pair, the first counts. */
const WRITE = stagedStatement(
  'transfers.write_assignments',
  `WITH added AS (
     INSERT INTO assignments (tenant_id, id, application_id, user_id, user_ordinal, group_id, assigned_by, valid_from, valid_until)
     SELECT $1, r.id, r.application_id, r.user_id, r.user_ordinal, r.group_id, $3, r.valid_from, r.valid_until
       FROM import_rows r WHERE ${isGood('r')} ORDER BY r.application_id, r.user_id, r.group_id, r.line
     ON CONFLICT DO NOTHING
     RETURNING *
   ), sets AS (${enterSets(IN_SETS)}), trail AS (${CREATED})
   SELECT count(*)::int AS written FROM added`,
);

/** What is given to whom: an assignment is there already where its id is, or the assignee has the application, or will; one that has expired is none. */
export const ASSIGNMENTS_IMPORT: ImportKind = {
  name: 'assignments',
  columns: [
    ...TIE.columns,
    ...[id('id'), moment('valid_from'), moment('valid_until')],
    ...[ignored('assigned_at'), ignored('assigned_by')],
  ],
  required: TIE.required,
  emptyIsValue: false,
  staged: [...TIE.staged, ...KEPT],
  stage: (values, report) => {
    const tied = TIE.stage(values, report);
    const [givenId = null, from = null, until = null] = values.slice(TIE.columns.length);
    checkBounds(from, until, report);
    return [...tied, givenId ?? newId(), from, until];
  },
  resolve: (session, scope, used) => resolveRows(session, scope, used, { references: TIE.references, kept: KEPT }),
  bad: TIE.bad,
  write: async (session, scope) => {
    await session.query(DROP_EXPIRED, [scope.tenantId, actorJson(scope)]);
    const values = [scope.tenantId, actorJson(scope), scope.actor.id];
    const [done] = await session.query<{ written: number }>(WRITE, values);
    return done?.written ?? 0;
  },
};
