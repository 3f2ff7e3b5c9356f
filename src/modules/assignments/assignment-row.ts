import type { Assignee } from './assignee.js';
import type { AssignmentResponse } from './dto/assignment.responses.js';

/** An assignment of an assignee that is known, as statements answer it. */
export interface AssignmentRow {
  readonly id: string;
  readonly application_id: string;
  readonly assigned_at: Date;
  readonly assigned_by: string;
  readonly valid_from: Date | null;
  readonly valid_until: Date | null;
}

/** How callers see it. */
export function assignmentOf({ kind, id }: Assignee, row: AssignmentRow): AssignmentResponse {
  return {
    id: row.id,
    application_id: row.application_id,
    user_id: kind === 'user' ? id : null,
    group_id: kind === 'group' ? id : null,
    assignment_type: kind === 'user' ? 'direct' : 'group',
    assigned_at: row.assigned_at,
    assigned_by: row.assigned_by,
    valid_from: row.valid_from,
    valid_until: row.valid_until,
  };
}
