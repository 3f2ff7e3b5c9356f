import type { SqlCatalogue } from '../../persistence/filter/sql-attribute.js';
import { stateOf } from '../users/index.js';

/** What the assignments of an application are filtered and sorted by, over `assignments a`. */
export const ASSIGNMENT_FILTER: SqlCatalogue = {
  id: { type: 'reference', sql: 'a.id', fast: true, sort: { sql: 'a.id', type: 'uuid' } },
  user_id: { type: 'reference', sql: 'a.user_id', fast: true },
  group_id: { type: 'reference', sql: 'a.group_id', fast: true },
  assignment_type: { type: 'string', sql: `(CASE WHEN a.user_id IS NULL THEN 'group' ELSE 'direct' END)` },
  state: { type: 'string', sql: `(${stateOf('a')})` },
  assigned_at: { type: 'dateTime', sql: 'a.assigned_at', sort: { sql: 'a.assigned_at', type: 'timestamptz' } },
  assigned_by: { type: 'string', exact: true, sql: 'a.assigned_by' },
  valid_from: { type: 'dateTime', sql: 'a.valid_from' },
  valid_until: { type: 'dateTime', sql: 'a.valid_until' },
};
