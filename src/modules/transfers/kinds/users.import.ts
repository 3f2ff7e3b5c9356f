import { newId } from '../../../kernel/ids.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import { joinByRules, shareRules } from '../../groups/index.js';
import { UserCreate, attributeEntries, enterSets, userKeys } from '../../users/index.js';
import { id, json, required, text, type Staged } from './columns.js';
import type { ImportKind, StagedColumn } from './import-kind.js';
import { createdTrail, isGood, takenExternalId } from './sql-parts.js';
import { stagedStatement } from './staging.js';

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
const WRITTEN_COLUMNS: readonly StagedColumn[] = [
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
  ['email_key', KEY],
  ['filter_keys', 'jsonb'],
];
const WRITTEN = WRITTEN_COLUMNS.map(([name]) => name).join(', ');

/** Also the entries by which filters find attributes: a list of objects with `path` and `value`. */
const STAGED: readonly StagedColumn[] = [...WRITTEN_COLUMNS, ['entries', 'jsonb']];

function stage(values: readonly Staged[]): Staged[] {
  const [givenId = null, name, email = null, displayName = null, givenName = null, familyName = null, ...rest] = values;
  const [externalId = null, status = null, attributes = null] = rest;
  const attributesRead = JSON.parse(attributes ?? '{}') as object;
  const names = { userName: name ?? '', email, displayName, givenName, familyName };
  const { userNameKey, displayNameKey, searchKey, emailKey, filterKeys } = userKeys({
    ...names,
    attributes: attributesRead,
  });
  return [
    givenId ?? newId(),
    ...[names.userName, email, displayName, givenName, familyName, externalId],
    status ?? 'active',
    attributes ?? '{}',
    ...[userNameKey, displayNameKey, searchKey, emailKey, JSON.stringify(filterKeys)],
    JSON.stringify(attributeEntries(attributesRead)),
  ];
}

/** Lines of users who are not there yet, neither by id nor by name. By users_pkey and users_user_name_key. */
const NEW = `import_lines s
    WHERE NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = s.id)
      AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.user_name_key = s.user_name_key)`;

const COUNT_NEW = stagedStatement(
  'transfers.count_new_users',
  `SELECT count(*)::int AS count FROM ${NEW} AND ${isGood('s')}`,
);

const AS_JSON = `jsonb_build_object('id', id, 'user_name', user_name, 'email', email, 'display_name', display_name,
  'given_name', given_name, 'family_name', family_name, 'external_id', external_id, 'status', status,
  'attributes', attributes, 'created_at', created_at, 'updated_at', updated_at)`;

const CREATED = createdTrail({
  resource: 'user',
  after: AS_JSON,
  tied: { user_id: 'id', group_id: 'NULL::uuid', application_id: 'NULL::uuid' },
});

/** Values: tenant, actor, the first ordinal. */
const WRITE = stagedStatement(
  'transfers.write_users',
  `WITH added AS (
     INSERT INTO users (tenant_id, ordinal, ${WRITTEN})
     SELECT $1, $3::int + row_number() OVER (ORDER BY s.line) - 1, ${WRITTEN_COLUMNS.map(([name]) => `s.${name}`).join(', ')}
       FROM ${NEW} AND ${isGood('s')}
      ORDER BY s.line
     ON CONFLICT DO NOTHING
     RETURNING *
   ), sets AS (
     ${enterSets({ from: `added WHERE added.status = 'suspended'`, owner: '$1::uuid', ordinal: 'added.ordinal' })}
   ), entries AS (
     -- Of lines with the same id the one that was written.
     INSERT INTO user_attributes (tenant_id, path, value, user_id)
     SELECT $1, e.path, e.value, added.id
       FROM added JOIN import_lines s ON s.id = added.id AND s.filter_keys = added.filter_keys,
            jsonb_to_recordset(s.entries) e(path text, value text)
     ON CONFLICT DO NOTHING
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
    const first = await take(found.count);
    await shareRules(session, scope);
    const [done] = await session.query<{ written: number }>(WRITE, [scope.tenantId, actorJson(scope), first]);
    await joinByRules(session, scope, { first, count: found.count });
    return done?.written ?? 0;
  },
};
