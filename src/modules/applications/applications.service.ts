import { Injectable } from '@nestjs/common';
import type { ExpectedVersion } from '../../kernel/version.js';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { newId } from '../../kernel/ids.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { filteredList, type ListRequest } from '../../persistence/filter/filtered-list.js';
import { containing } from '../../persistence/like-pattern.js';
import { ResourceRepository, type RemovalHook } from '../../persistence/resource-repository.js';
import { APPLICATION_FILTER } from './application-filter.read-model.js';
import { Application, applicationKeys, type ApplicationStatus } from './application.entity.js';
import type { ApplicationCreate, ApplicationUpdate } from './dto/application.requests.js';
import { applicationResponse } from './dto/application.response.js';

/** The applications of a tenant. */
@Injectable()
export class ApplicationsService {
  readonly #applications: ResourceRepository<Application>;

  constructor(doors: DatabaseDoors) {
    const kind = { entity: Application, name: 'application', snapshot: applicationResponse };
    this.#applications = new ResourceRepository(doors, kind);
  }

  /** Errors: 409 `client_id_taken`. */
  async create(scope: TenantScope, input: ApplicationCreate): Promise<Application> {
    const id = newId();
    const fields = { name: input.name, clientId: input.client_id ?? id, description: input.description ?? null };
    const application = Object.assign(new Application(), {
      ...fields,
      ...applicationKeys(fields),
      tenantId: scope.tenantId,
      id,
      type: input.type ?? 'web',
      status: input.status ?? 'active',
    });
    return this.#applications.create(scope, application, { ...input });
  }

  /** In the order in which they were made, where no other is asked for. Errors: 400 `invalid_filter`, `filter_too_slow`. */
  async list(
    scope: TenantScope,
    asked: ListRequest & { search?: string | undefined; status?: ApplicationStatus | undefined },
    request: PageRequest,
  ): Promise<Page<Application>> {
    const pattern = asked.search === undefined ? null : containing(comparisonKey(asked.search));
    const parts = {
      catalogue: APPLICATION_FILTER,
      from: `FROM applications a
              WHERE a.tenant_id = $1 AND ($2::text IS NULL OR a.search_key LIKE $2) AND ($3::text IS NULL OR a.status = $3)`,
      values: [scope.tenantId, pattern, asked.status ?? null],
      sort: [{ column: 'id', type: 'uuid' }],
    } as const;
    const query = { list: 'applications', alias: 'a', ...filteredList(parts, asked) };
    return this.#applications.list(scope, query, request);
  }

  /** Errors: 404. */
  async get(scope: TenantScope, id: string): Promise<Application> {
    return this.#applications.get(scope, id);
  }

  /** Applies a merge patch. Errors: 404, 409 `client_id_taken`, 412. */
  async update(
    scope: TenantScope,
    id: string,
    expected: ExpectedVersion,
    patch: ApplicationUpdate,
  ): Promise<Application> {
    return this.#applications.change(scope, id, expected, (before) => patched(before, patch), { ...patch });
  }

  /** Lets later rooms take away what they keep of a application that goes, in the same transaction. */
  onRemoval(hook: RemovalHook): void {
    this.#applications.onRemoval(hook);
  }

  /** Deletes the application with its assignments. Errors: 404, 412. */
  async remove(scope: TenantScope, id: string, expected: ExpectedVersion): Promise<void> {
    await this.#applications.remove(scope, id, expected);
  }
}

function patched(before: Application, patch: ApplicationUpdate): Partial<Application> {
  const fields = {
    name: patch.name ?? before.name,
    clientId: patch.client_id ?? before.clientId,
    description: patch.description === undefined ? before.description : patch.description,
  };
  return {
    ...fields,
    ...applicationKeys(fields),
    type: patch.type ?? before.type,
    status: patch.status ?? before.status,
  };
}
