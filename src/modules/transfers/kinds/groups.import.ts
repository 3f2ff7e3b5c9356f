import { newId } from '../../../kernel/ids.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { actorJson } from '../../../persistence/audit-statement.js';
import type { BulkSession } from '../../../persistence/bulk/index.js';
import { statement } from '../../../persistence/statement.js';
import { LOCK_RULES } from '../../tenants/index.js';
import { GroupCreate, applyRule, complaintOfRule, groupKeys, parseRule } from '../../groups/index.js';
import { id, required, text, type Report, type Staged } from './columns.js';
import type { ImportKind, StagedColumn } from './import-kind.js';
import { createdTrail, isGood, takenExternalId } from './sql-parts.js';
import { stagedStatement } from './staging.js';

const STAGED: readonly StagedColumn[] = [
  ['id', 'uuid'],
  ['name', 'text'],
  ['description', 'text'],
  ['external_id', 'text COLLATE "C"'],
  ['name_key', 'text COLLATE "C"'],
  ['description_key', 'text COLLATE "C"'],
  ['kind', 'text'],
  ['rule', 'text'],
];

/** Lines of groups that are not there yet, neither by id nor by name. By groups_pkey and groups_name_key. */
const NEW = `import_lines s
    WHERE NOT EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = s.id)
      AND NOT EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.name_key = s.name_key)`;

const CREATED = createdTrail({
  resource: 'group',
  after: `jsonb_build_object('id', id, 'name', name, 'description', description, 'external_id', external_id,
                             'kind', kind, 'rule', rule,
                             'created_at', created_at, 'updated_at', updated_at)`,
});

/** Values: tenant, actor. Every group is its own ancestor. */
const WRITE = stagedStatement(
  'transfers.write_groups',
  `WITH added AS (
     INSERT INTO groups (tenant_id, ${STAGED.map(([name]) => name).join(', ')})
     SELECT $1, ${STAGED.map(([name]) => `s.${name}`).join(', ')} FROM ${NEW} AND ${isGood('s')} ORDER BY s.line
     ON CONFLICT DO NOTHING
     RETURNING *
   ), closed AS (
     INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id) SELECT $1, id, id FROM added RETURNING ancestor_id
   ), trail AS (${CREATED})
   SELECT (SELECT count(*)::int FROM added) AS written,
          ARRAY(SELECT json_build_object('id', id, 'rule', rule) FROM added WHERE kind = 'dynamic' ORDER BY id) AS ruled`,
);

const HAS_RULES = statement(
  'transfers.has_rules',
  `SELECT EXISTS (SELECT FROM import_lines s WHERE s.kind = 'dynamic' AND ${isGood('s')}) AS found`,
);

interface Written {
  readonly written: number;
  /** The dynamic ones of them. */
  readonly ruled: readonly { readonly id: string; readonly rule: string }[];
}

/** Writes the groups, and lets users into those that have a rule. */
async function write(session: BulkSession, scope: TenantScope): Promise<number> {
  const [rules] = await session.query<{ found: boolean }>(HAS_RULES);
  if (rules?.found) await session.query(LOCK_RULES, [scope.tenantId]);
  const [done] = await session.query<Written>(WRITE, [scope.tenantId, actorJson(scope)]);
  for (const { id: groupId, rule } of done?.ruled ?? []) {
    await applyRule(session, scope, { groupId, before: null, after: rule, rule: parseRule(rule) });
  }
  return done?.written ?? 0;
}

/** Reports a rule that cannot be read, is missing, or has no place, in the words of the requests that take one. */
function checkRule(kind: Staged, rule: Staged, report: Report): void {
  if (kind === 'dynamic' && rule === null) report('rule', 'missing', 'rule is required where kind is dynamic');
  if (kind !== 'dynamic' && rule !== null) report('rule', 'rule_of_static', 'rule is for groups whose kind is dynamic');
  const complaint = kind === 'dynamic' && rule !== null ? complaintOfRule(rule) : null;
  if (complaint !== null) report('rule', 'invalid_filter', complaint);
}

/** Groups: one is there already where its id or its name is. */
export const GROUPS_IMPORT: ImportKind = {
  name: 'groups',
  columns: [
    id('id'),
    required(text(GroupCreate, 'name')),
    text(GroupCreate, 'description'),
    text(GroupCreate, 'external_id'),
    text(GroupCreate, 'kind'),
    text(GroupCreate, 'rule'),
  ],
  required: [['name']],
  emptyIsValue: true,
  staged: STAGED,
  stage: ([givenId = null, name = '', description = null, externalId = null, kind = null, rule = null], report) => {
    checkRule(kind, rule, report);
    const { nameKey, descriptionKey } = groupKeys({ name: name ?? '', description });
    return [givenId ?? newId(), name, description, externalId, nameKey, descriptionKey, kind ?? 'static', rule];
  },
  bad: takenExternalId({ from: NEW, table: 'groups', nameKey: 'name_key' }),
  write,
};
