import { Injectable } from '@nestjs/common';
import { comparisonKey } from '../../../kernel/comparison-key.js';
import { DomainError } from '../../../kernel/domain-error.js';
import { newId } from '../../../kernel/ids.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { ExpectedVersion } from '../../../kernel/version.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { filteredList, type ListRequest } from '../../../persistence/filter/filtered-list.js';
import { containing } from '../../../persistence/like-pattern.js';
import { ResourceRepository, type RemovalHook } from '../../../persistence/resource-repository.js';
import type { ProjectCreate, ProjectUpdate } from '../dto/project.requests.js';
import { projectResponse } from '../dto/project.response.js';
import { WORKSPACE_FILTER } from '../workspace-filter.read-model.js';
import { workspaceKeys } from '../workspace.entity.js';
import { WorkspacesService } from '../workspaces.service.js';
import { Project } from './project.entity.js';

/** The projects of the workspaces of a tenant. Each stays in the workspace that it was made in. */
@Injectable()
export class ProjectsService {
  readonly #projects: ResourceRepository<Project>;

  constructor(
    doors: DatabaseDoors,
    private readonly workspaces: WorkspacesService,
  ) {
    this.#projects = new ResourceRepository(doors, { entity: Project, name: 'project', snapshot: projectResponse });
  }

  /** Errors: 404 `workspace_not_found`, 409 `name_taken`. */
  async create(scope: TenantScope, workspaceId: string, input: ProjectCreate): Promise<Project> {
    const fields = { name: input.name, description: input.description ?? null };
    const project = Object.assign(new Project(), {
      tenantId: scope.tenantId,
      id: newId(),
      workspaceId,
      ...fields,
      ...workspaceKeys(fields),
    });
    return this.#projects.create(scope, project, { ...input, workspace_id: workspaceId });
  }

  /**
   * In the order in which they were made, where no other is asked for. Errors: 404 `workspace_not_found`, 400
   * `invalid_filter`, `filter_too_slow`.
   */
  async list(
    scope: TenantScope,
    workspaceId: string,
    asked: ListRequest & { search?: string | undefined },
    request: PageRequest,
  ): Promise<Page<Project>> {
    await this.workspaces.get(scope, workspaceId);
    const { search } = asked;
    const parts = {
      catalogue: WORKSPACE_FILTER,
      from: `FROM projects w
              WHERE w.tenant_id = $1 AND w.workspace_id = $2 AND ($3::text IS NULL OR w.name_key LIKE $3)`,
      values: [scope.tenantId, workspaceId, search === undefined ? null : containing(comparisonKey(search))],
      sort: [{ column: 'id', type: 'uuid' }],
    } as const;
    return this.#projects.list(scope, { list: 'projects', alias: 'w', ...filteredList(parts, asked) }, request);
  }

  /** Errors: 404 `project_not_found`, also where it is in another workspace. */
  async get(scope: TenantScope, workspaceId: string, id: string): Promise<Project> {
    const found = await this.#projects.find(scope, id);
    if (found?.workspaceId === workspaceId) return found;
    throw new DomainError('not_found', 'project_not_found', `No project ${id} in workspace ${workspaceId}.`);
  }

  /** Applies a merge patch. Errors: 404, 409 `name_taken`, 412. */
  async update(
    scope: TenantScope,
    workspaceId: string,
    id: string,
    expected: ExpectedVersion,
    patch: ProjectUpdate,
  ): Promise<Project> {
    await this.get(scope, workspaceId, id);
    return this.#projects.change(scope, id, expected, (before) => patched(before, patch), { ...patch });
  }

  /** Lets later rooms take away what they keep of a project that goes, in the same transaction. */
  onRemoval(hook: RemovalHook): void {
    this.#projects.onRemoval(hook);
  }

  /** Errors: 404, 412. */
  async remove(scope: TenantScope, workspaceId: string, id: string, expected: ExpectedVersion): Promise<void> {
    await this.get(scope, workspaceId, id);
    await this.#projects.remove(scope, id, expected);
  }
}

function patched(before: Project, patch: ProjectUpdate): Partial<Project> {
  const fields = {
    name: patch.name ?? before.name,
    description: patch.description === undefined ? before.description : patch.description,
  };
  return { ...fields, ...workspaceKeys(fields) };
}
