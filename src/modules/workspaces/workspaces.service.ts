import { Injectable } from '@nestjs/common';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { newId } from '../../kernel/ids.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import type { ExpectedVersion } from '../../kernel/version.js';
import { actorJson } from '../../persistence/audit-statement.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { inBatches } from '../../persistence/in-batches.js';
import { filteredList, type ListRequest } from '../../persistence/filter/filtered-list.js';
import { containing } from '../../persistence/like-pattern.js';
import { ResourceRepository, type RemovalHook } from '../../persistence/resource-repository.js';
import type { Transaction } from '../../persistence/transaction.js';
import type { WorkspaceCreate, WorkspaceUpdate } from './dto/workspace.requests.js';
import { workspaceResponse } from './dto/workspace.response.js';
import { REMOVE_PROJECTS_OF } from './projects/projects.queries.js';
import { WORKSPACE_FILTER } from './workspace-filter.read-model.js';
import { Workspace, workspaceKeys } from './workspace.entity.js';

/** The workspaces of a tenant. */
@Injectable()
export class WorkspacesService {
  readonly #workspaces: ResourceRepository<Workspace>;
  readonly #removalHooks: RemovalHook[] = [];

  constructor(doors: DatabaseDoors) {
    const kind = { entity: Workspace, name: 'workspace', snapshot: workspaceResponse };
    this.#workspaces = new ResourceRepository(doors, kind);
    // The projects go last: what later rooms keep hangs on them.
    this.#workspaces.onRemoval(async (transaction, scope, id) => {
      for (const hook of this.#removalHooks) await hook(transaction, scope, id);
      await removeProjects(transaction, scope, id);
    });
  }

  /** Errors: 409 `name_taken`. */
  async create(scope: TenantScope, input: WorkspaceCreate): Promise<Workspace> {
    const fields = { name: input.name, description: input.description ?? null };
    const workspace = Object.assign(new Workspace(), {
      tenantId: scope.tenantId,
      id: newId(),
      ...fields,
      ...workspaceKeys(fields),
    });
    return this.#workspaces.create(scope, workspace, { ...input });
  }

  /** In the order in which they were made, where no other is asked for. Errors: 400 `invalid_filter`, `filter_too_slow`. */
  async list(
    scope: TenantScope,
    asked: ListRequest & { search?: string | undefined },
    request: PageRequest,
  ): Promise<Page<Workspace>> {
    const { search } = asked;
    const parts = {
      catalogue: WORKSPACE_FILTER,
      from: `FROM workspaces w WHERE w.tenant_id = $1 AND ($2::text IS NULL OR w.name_key LIKE $2)`,
      values: [scope.tenantId, search === undefined ? null : containing(comparisonKey(search))],
      sort: [{ column: 'id', type: 'uuid' }],
    } as const;
    return this.#workspaces.list(scope, { list: 'workspaces', alias: 'w', ...filteredList(parts, asked) }, request);
  }

  /** Errors: 404. */
  async get(scope: TenantScope, id: string): Promise<Workspace> {
    return this.#workspaces.get(scope, id);
  }

  /** Applies a merge patch. Errors: 404, 409 `name_taken`, 412. */
  async update(scope: TenantScope, id: string, expected: ExpectedVersion, patch: WorkspaceUpdate): Promise<Workspace> {
    return this.#workspaces.change(scope, id, expected, (before) => patched(before, patch), { ...patch });
  }

  /** Lets later rooms take away what they keep of a workspace that goes and of its projects, in the same transaction. */
  onRemoval(hook: RemovalHook): void {
    this.#removalHooks.push(hook);
  }

  /** Deletes the workspace with its projects. Errors: 404, 412. */
  async remove(scope: TenantScope, id: string, expected: ExpectedVersion): Promise<void> {
    await this.#workspaces.remove(scope, id, expected);
  }
}

/** What goes with a removal is taken away first, so that the trail tells of it. */
async function removeProjects(transaction: Transaction, scope: TenantScope, workspaceId: string): Promise<void> {
  const values = [scope.tenantId, workspaceId, actorJson(scope)];
  await inBatches(async () => (await transaction.query<{ removed: number }>(REMOVE_PROJECTS_OF, values))[0]);
}

function patched(before: Workspace, patch: WorkspaceUpdate): Partial<Workspace> {
  const fields = {
    name: patch.name ?? before.name,
    description: patch.description === undefined ? before.description : patch.description,
  };
  return { ...fields, ...workspaceKeys(fields) };
}
