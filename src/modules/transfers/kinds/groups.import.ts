import { newId } from '../../../kernel/ids.js';
import { statement } from '../../../persistence/statement.js';
import { GroupCreate, groupKeys } from '../../groups/index.js';
import { id, required, text } from './columns.js';
import type { ImportKind, StagedColumn } from './import-kind.js';
import { createdTrail, isGood, takenExternalId, writeRows } from './sql-parts.js';

const STAGED: readonly StagedColumn[] = [
  ['id', 'uuid'],
  ['name', 'text'],
  ['description', 'text'],
  ['external_id', 'text COLLATE "C"'],
  ['name_key', 'text COLLATE "C"'],
  ['description_key', 'text COLLATE "C"'],
];

/** Lines of groups that are not there yet, neither by id nor by name. By groups_pkey and groups_name_key. */
const NEW = `import_lines s
    WHERE NOT EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = s.id)
      AND NOT EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.name_key = s.name_key)`;

const CREATED = createdTrail({
  resource: 'group',
  after: `jsonb_build_object('id', id, 'name', name, 'description', description, 'external_id', external_id,
                             'created_at', created_at, 'updated_at', updated_at)`,
});

/** Values: tenant, actor. Every group is its own ancestor. */
const WRITE = statement(
  'transfers.write_groups',
  `WITH added AS (
     INSERT INTO groups (tenant_id, ${STAGED.map(([name]) => name).join(', ')})
     SELECT $1, ${STAGED.map(([name]) => `s.${name}`).join(', ')} FROM ${NEW} AND ${isGood('s')} ORDER BY s.line
     ON CONFLICT DO NOTHING
     RETURNING *
   ), closed AS (
     INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id) SELECT $1, id, id FROM added RETURNING ancestor_id
   ), trail AS (${CREATED})
   SELECT count(*)::int AS written FROM added`,
);

/** Groups: one is there already where its id or its name is. */
export const GROUPS_IMPORT: ImportKind = {
  name: 'groups',
  columns: [
    id('id'),
    required(text(GroupCreate, 'name')),
    text(GroupCreate, 'description'),
    text(GroupCreate, 'external_id'),
  ],
  required: [['name']],
  emptyIsValue: true,
  staged: STAGED,
  stage: ([givenId = null, name = '', description = null, externalId = null]) => {
    const { nameKey, descriptionKey } = groupKeys({ name: name ?? '', description });
    return [givenId ?? newId(), name, description, externalId, nameKey, descriptionKey];
  },
  bad: takenExternalId({ from: NEW, table: 'groups', nameKey: 'name_key' }),
  write: (session, scope) => writeRows(session, scope, WRITE),
};
