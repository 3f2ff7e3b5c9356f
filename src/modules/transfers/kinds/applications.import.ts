import { newId } from '../../../kernel/ids.js';
import { ApplicationCreate, applicationKeys } from '../../applications/index.js';
import { id, required, text, type Staged } from './columns.js';
import type { ImportKind, StagedColumn } from './import-kind.js';
import { NOTHING_BAD, createdTrail, isGood, writeRows } from './sql-parts.js';
import { stagedStatement } from './staging.js';

const STAGED: readonly StagedColumn[] = [
  ['id', 'uuid'],
  ['name', 'text'],
  ['client_id', 'text COLLATE "C"'],
  ['description', 'text'],
  ['type', 'text'],
  ['status', 'text'],
  ['search_key', 'text COLLATE "C"'],
  ['description_key', 'text COLLATE "C"'],
];

function stage(values: readonly Staged[]): Staged[] {
  const [givenId = null, name, givenClientId = null, description = null, type = null, status = null] = values;
  const applicationId = givenId ?? newId();
  const fields = { name: name ?? '', clientId: givenClientId ?? applicationId, description };
  const { searchKey, descriptionKey } = applicationKeys(fields);
  const { clientId } = fields;
  return [
    ...[applicationId, fields.name, clientId, description],
    ...[type ?? 'web', status ?? 'active', searchKey, descriptionKey],
  ];
}

const CREATED = createdTrail({
  resource: 'application',
  after: `jsonb_build_object('id', id, 'name', name, 'client_id', client_id, 'description', description, 'type', type,
                             'status', status, 'created_at', created_at, 'updated_at', updated_at)`,
});

/** Values: tenant, actor. By applications_pkey and applications_client_id_key. */
const WRITE = stagedStatement(
  'transfers.write_applications',
  `WITH added AS (
     INSERT INTO applications (tenant_id, ${STAGED.map(([name]) => name).join(', ')})
     SELECT $1, ${STAGED.map(([name]) => `s.${name}`).join(', ')} FROM import_lines s WHERE ${isGood('s')} ORDER BY s.line
     ON CONFLICT DO NOTHING
     RETURNING *
   ), trail AS (${CREATED})
   SELECT count(*)::int AS written FROM added`,
);

/** Applications: one is there already where its id or its client id is. */
export const APPLICATIONS_IMPORT: ImportKind = {
  name: 'applications',
  columns: [
    id('id'),
    required(text(ApplicationCreate, 'name')),
    ...['client_id', 'description', 'type', 'status'].map((name) => text(ApplicationCreate, name)),
  ],
  required: [['name']],
  emptyIsValue: true,
  staged: STAGED,
  stage,
  bad: NOTHING_BAD,
  write: (session, scope) => writeRows(session, scope, WRITE),
};
