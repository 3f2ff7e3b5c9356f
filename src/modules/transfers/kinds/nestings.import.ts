import type { TenantScope } from '../../../kernel/scope.js';
import type { BulkSession } from '../../../persistence/bulk/index.js';
import { LOCK_NESTINGS } from '../../groups/index.js';
import { ignored } from './columns.js';
import { cycleClosing, type Edge } from './cycle-closing.js';
import type { BadRow, ImportKind } from './import-kind.js';
import { groupAs } from './references.js';
import { resolveRows } from './resolved-rows.js';
import { createdTrail, isGood, writeRows } from './sql-parts.js';
import { stagedStatement } from './staging.js';
import { tieOf } from './ties.js';

const TIE = tieOf([groupAs('parent')], [groupAs('child')]);

/** The nestings that a file would add, each once, in the order of its lines. */
const ADDED = stagedStatement(
  'transfers.added_nestings',
  `SELECT array_agg(r.line::float8 ORDER BY r.line) AS lines, r.parent_id AS parent, r.child_id AS child,
          (SELECT g.name FROM groups g WHERE g.tenant_id = $1 AND g.id = r.parent_id) AS parent_name,
          (SELECT g.name FROM groups g WHERE g.tenant_id = $1 AND g.id = r.child_id) AS child_name
     FROM import_rows r WHERE ${isGood('r')} GROUP BY r.parent_id, r.child_id ORDER BY min(r.line)`,
);

/** Which of the children of these nestings hold which of their parents already. By group_closure_pkey. */
const PRESENT = stagedStatement(
  'transfers.present_ways',
  `SELECT c.ancestor_id AS parent, c.descendant_id AS child FROM group_closure c
    WHERE c.tenant_id = $1 AND c.ancestor_id <> c.descendant_id
      AND c.ancestor_id IN (SELECT child_id FROM import_rows) AND c.descendant_id IN (SELECT parent_id FROM import_rows)`,
);

type AddedRow = Edge & { readonly lines: readonly number[]; readonly parent_name: string; readonly child_name: string };

/** Every line of a pair that would close a cycle. */
async function findCycles(session: BulkSession, scope: TenantScope): Promise<BadRow[]> {
  const added = await session.query<AddedRow>(ADDED, [scope.tenantId]);
  const present = await session.query<Edge>(PRESENT, [scope.tenantId]);
  return cycleClosing(present, added).flatMap((place) => {
    const row = added[place];
    if (!row) return [];
    const value = `"${row.parent_name}" > "${row.child_name}" > ... > "${row.parent_name}"`;
    return row.lines.map((line) => ({ line, column_name: 'child_id', code: 'nesting_cycle', value }));
  });
}

const CREATED = createdTrail({
  resource: 'nesting',
  id: 'parent_id',
  after: `jsonb_build_object('parent_id', parent_id, 'child_id', child_id, 'added_at', added_at)`,
});

const ADD = `added AS (
     INSERT INTO group_nestings (tenant_id, parent_id, child_id)
     SELECT $1, r.parent_id, r.child_id FROM import_rows r WHERE ${isGood('r')} ORDER BY r.parent_id, r.child_id
     ON CONFLICT (tenant_id, parent_id, child_id) DO NOTHING
     RETURNING parent_id, child_id, added_at
   )`;

/**
 * `reached` has every group above a new nesting with the child of every new one that it reaches, from one to the next by
 * the closure as it was; behind each child comes all that was inside of it.
 */
const REACH = `reached(ancestor_id, child_id) AS (
     SELECT up.ancestor_id, n.child_id
       FROM added n JOIN group_closure up ON up.tenant_id = $1 AND up.descendant_id = n.parent_id
      UNION
     SELECT r.ancestor_id, n.child_id
       FROM reached r
       JOIN group_closure down ON down.tenant_id = $1 AND down.ancestor_id = r.child_id
       JOIN added n ON n.parent_id = down.descendant_id
   )`;

const CLOSED = `SELECT DISTINCT r.ancestor_id, down.descendant_id
       FROM reached r JOIN group_closure down ON down.tenant_id = $1 AND down.ancestor_id = r.child_id`;

const closing = (closed: string): string => `closed AS (
     INSERT INTO group_closure (tenant_id, ancestor_id, descendant_id)
     SELECT $1::uuid, derived.ancestor_id, derived.descendant_id FROM (${closed}) derived
     ON CONFLICT (tenant_id, ancestor_id, descendant_id) DO NOTHING
   ), trail AS (${CREATED})
   SELECT count(*)::int AS written FROM added`;

/** Values: tenant, actor. A cluster takes what is recursive inside of what inserts it. */
const WRITE = stagedStatement(
  'transfers.write_nestings',
  `WITH RECURSIVE ${ADD}, ${REACH}, ${closing(CLOSED)}`,
  `WITH ${ADD}, ${closing(`WITH RECURSIVE ${REACH} ${CLOSED}`)}`,
);

/** Which group is inside of which. They are held in memory while cycles are looked for: there are few of them. */
export const NESTINGS_IMPORT: ImportKind = {
  name: 'nestings',
  columns: [...TIE.columns, ignored('added_at')],
  required: TIE.required,
  emptyIsValue: false,
  staged: TIE.staged,
  stage: TIE.stage,
  resolve: async (session, scope, used) => {
    // Before any row is locked: whoever nests takes the two in this order.
    await session.query(LOCK_NESTINGS, [scope.tenantId]);
    await resolveRows(session, scope, used, { references: TIE.references, kept: [] });
  },
  bad: TIE.bad,
  refine: findCycles,
  write: (session, scope) => writeRows(session, scope, WRITE),
};
