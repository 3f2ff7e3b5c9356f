import { actorJson } from '../../../persistence/audit-statement.js';
import { statement } from '../../../persistence/statement.js';
import { enterSets, holdsAlways } from '../../users/index.js';
import { checkBounds, checkOne, ignored, moment } from './columns.js';
import type { ImportKind, StagedColumn } from './import-kind.js';
import {
  USER,
  groupAs,
  namesOf,
  referenceColumns,
  stageReferences,
  stagedReferences,
  unknownOf,
} from './references.js';
import { resolveRows } from './resolved-rows.js';
import { createdTrail, dropExpired, isGood, writeRows } from './sql-parts.js';

const GROUP = groupAs('group');
const REFERENCES = [GROUP, USER];
const VALIDITY: readonly StagedColumn[] = [
  ['valid_from', 'timestamptz'],
  ['valid_until', 'timestamptz'],
];

const EVENT = { resource: 'membership', id: 'group_id' };
const AS_JSON = `jsonb_build_object('group_id', group_id, 'user_id', user_id, 'added_at', added_at,
                                    'valid_from', valid_from, 'valid_until', valid_until)`;
const CREATED = createdTrail({ ...EVENT, after: AS_JSON });

const DROP_EXPIRED = dropExpired({
  ...EVENT,
  table: 'group_members',
  isSame: 'held.group_id = r.group_id AND held.user_id = r.user_id',
  before: AS_JSON,
});

/** Values: tenant, actor. In the order of the keys: of lines for the same pair, the first counts. */
const WRITE = statement(
  'transfers.write_memberships',
  `WITH added AS (
     INSERT INTO group_members (tenant_id, group_id, user_id, user_ordinal, valid_from, valid_until)
     SELECT $1, r.group_id, r.user_id, r.user_ordinal, r.valid_from, r.valid_until
       FROM import_rows r WHERE ${isGood('r')} ORDER BY r.group_id, r.user_id, r.line
     ON CONFLICT (tenant_id, group_id, user_id) DO NOTHING
     RETURNING group_id, user_id, user_ordinal, added_at, valid_from, valid_until
   ), sets AS (
     ${enterSets({ from: `added WHERE ${holdsAlways('added')}`, owner: 'added.group_id', ordinal: 'added.user_ordinal' })}
   ), trail AS (${CREATED})
   SELECT count(*)::int AS written FROM added`,
);

/** Who is in which group: a membership is there already where the user is in the group, or will be; one that has expired is none. */
export const MEMBERSHIPS_IMPORT: ImportKind = {
  name: 'memberships',
  columns: [...referenceColumns(REFERENCES), moment('valid_from'), moment('valid_until'), ignored('added_at')],
  required: [namesOf(GROUP), namesOf(USER)],
  emptyIsValue: false,
  staged: [...stagedReferences(REFERENCES), ...VALIDITY],
  stage: (values, report) => {
    checkOne(namesOf(GROUP), values.slice(0, 3), report);
    checkOne(namesOf(USER), values.slice(3, 6), report);
    const [from = null, until = null] = values.slice(6);
    checkBounds(from, until, report);
    return [...stageReferences(REFERENCES, values), from, until];
  },
  resolve: (session, scope, used) => resolveRows(session, scope, used, { references: REFERENCES, kept: VALIDITY }),
  bad: `${unknownOf(GROUP)} UNION ALL ${unknownOf(USER)}`,
  write: async (session, scope) => {
    await session.query(DROP_EXPIRED, [scope.tenantId, actorJson(scope)]);
    return writeRows(session, scope, WRITE);
  },
};
