import { trailOf } from '../../../persistence/audit-statement.js';
import { batchStatement } from '../../../persistence/in-batches.js';

/** A project as the audit trail keeps it; see projectResponse. */
const SNAPSHOT = ['id', 'workspace_id', 'name', 'description', 'created_at', 'updated_at'];

/** Takes away the projects of a workspace that is about to go, a batch at a time. Values: tenant, workspace, actor. */
export const REMOVE_PROJECTS_OF = batchStatement(
  'workspaces.remove_projects_of',
  (nextBatch) => `WITH gone AS (
     DELETE FROM projects WHERE ${nextBatch('projects', 'tenant_id = $1 AND workspace_id = $2')} RETURNING *
   ), trail AS (
     ${trailOf({
       action: 'project.deleted',
       resourceType: 'project',
       resourceId: 'gone.id',
       before: `jsonb_build_object(${SNAPSHOT.map((name) => `'${name}', gone.${name}`).join(', ')})`,
       from: 'gone',
       actor: '$3',
     })}
   )
   SELECT count(*)::int AS removed FROM gone`,
);
