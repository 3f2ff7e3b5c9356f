import { newId } from '../../../kernel/ids.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { statement } from '../../../persistence/statement.js';
import { UserCreate, enterSets, userKeys } from '../../users/index.js';
import { id, json, required, text, type Staged } from './columns.js';
import type { ImportKind, StagedColumn } from './import-kind.js';
import { createdTrail, isGood, takenExternalId } from './sql-parts.js';

const COLUMNS = [
  id('id'),
  required(text(UserCreate, 'user_name')),
  text(UserCreate, 'email'),
  text(UserCreate, 'display_name'),
  text(UserCreate, 'given_name'),
  text(UserCreate, 'family_name'),
  text(UserCreate, 'external_id'),
  text(UserCreate, 'status'),
  json(UserCreate, 'attributes'),
];

const KEY = 'text COLLATE "C"';
const STAGED: readonly StagedColumn[] = [
  ['id', 'uuid'],
  ['user_name', 'text'],
  ['email', 'text'],
  ['display_name', 'text'],
  ['given_name', 'text'],
  ['family_name', 'text'],
  ['external_id', KEY],
  ['status', 'text'],
  ['attributes', 'jsonb'],
  ['user_name_key', KEY],
  ['display_name_key', KEY],
  ['search_key', KEY],
];
const WRITTEN = STAGED.map(([name]) => name).join(', ');

function stage(values: readonly Staged[]): Staged[] {
  const [givenId = null, name, email = null, displayName = null, givenName = null, familyName = null, ...rest] = values;
  const [externalId = null, status = null, attributes = null] = rest;
  const names = { userName: name ?? '', email, displayName, givenName, familyName };
  const { userNameKey, displayNameKey, searchKey } = userKeys(names);
  return [
    givenId ?? newId(),
    ...[names.userName, email, displayName, givenName, familyName, externalId],
    status ?? 'active',
    attributes ?? '{}',
    ...[userNameKey, displayNameKey, searchKey],
  ];
}

/** Lines of users who are not there yet, neither by id nor by name. By users_pkey and users_user_name_key. */
const NEW = `import_lines s
    WHERE NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = s.id)
      AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.user_name_key = s.user_name_key)`;

const COUNT_NEW = statement(
  'transfers.count_new_users',
  `SELECT count(*)::int AS count FROM ${NEW} AND ${isGood('s')}`,
);

const AS_JSON = `jsonb_build_object('id', id, 'user_name', user_name, 'email', email, 'display_name', display_name,
  'given_name', given_name, 'family_name', family_name, 'external_id', external_id, 'status', status,
  'attributes', attributes, 'created_at', created_at, 'updated_at', updated_at)`;

const CREATED = createdTrail({
  resource: 'user',
  after: AS_JSON,
});

/** Values: tenant, actor, the first ordinal. */
const WRITE = statement(
  'transfers.write_users',
  `WITH added AS (
     INSERT INTO users (tenant_id, ordinal, ${WRITTEN})
     SELECT $1, $3::int + row_number() OVER (ORDER BY s.line) - 1, ${STAGED.map(([name]) => `s.${name}`).join(', ')}
       FROM ${NEW} AND ${isGood('s')}
      ORDER BY s.line
     ON CONFLICT DO NOTHING
     RETURNING *
   ), sets AS (
     ${enterSets({ from: `added WHERE added.status = 'suspended'`, owner: '$1::uuid', ordinal: 'added.ordinal' })}
   ), trail AS (
     ${CREATED}
   )
   SELECT count(*)::int AS written FROM added`,
);

/** Users: one is there already where its id or its name is. */
export const USERS_IMPORT: ImportKind = {
  name: 'users',
  columns: COLUMNS,
  required: [['user_name']],
  emptyIsValue: false,
  staged: STAGED,
  stage,
  bad: takenExternalId({ from: NEW, table: 'users', nameKey: 'user_name_key' }),
  write: async (session, scope, take) => {
    const [found] = await session.query<{ count: number }>(COUNT_NEW, [scope.tenantId]);
    if (!found?.count) return 0;
    const values = [scope.tenantId, actorJson(scope), await take(found.count)];
    const [done] = await session.query<{ written: number }>(WRITE, values);
    return done?.written ?? 0;
  },
};
