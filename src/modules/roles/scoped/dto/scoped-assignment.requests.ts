import { DryRunCursor, RoleDryRun, type DryRunParameters } from '../../../../http/dry-run/dry-run.query.js';
import { IdParameter } from '../../../../http/fields/query-fields.js';

const SAMPLE_WORKSPACE = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db1';
const SAMPLE_PROJECT = '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5db2';

/** Where a role is held: in a project of a workspace, in a workspace, or in the organization. */
export class RoleScopeQuery {
  @IdParameter({ description: 'A workspace of the organization.', sample: SAMPLE_WORKSPACE })
  workspace_id?: string | null;

  @IdParameter({ description: 'A project of this workspace.', sample: SAMPLE_PROJECT })
  project_id?: string | null;
}

/** Who holds a role, and where: one user or one team. */
export class RoleHolderQuery extends RoleScopeQuery implements DryRunParameters {
  @IdParameter({ description: 'A user; instead of `team_id`.', sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user_id?: string | null;

  @IdParameter({ description: 'A team, which is a group; instead of `user_id`.', sample: null })
  team_id?: string | null;

  @RoleDryRun()
  dry_run?: boolean;

  @DryRunCursor()
  cursor?: string;
}
