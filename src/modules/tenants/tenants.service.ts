import { Injectable } from '@nestjs/common';
import type { ExpectedVersion } from '../../kernel/version.js';
import { notFound } from '../../kernel/domain-error.js';
import { isUuid, newId } from '../../kernel/ids.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import { TenantScope, type PlatformScope } from '../../kernel/scope.js';
import { TenantFounding } from '../../kernel/tenant-founding.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { inBatches } from '../../persistence/in-batches.js';
import { ResourceRepository } from '../../persistence/resource-repository.js';
import { CallerCache } from '../../security/authentication/index.js';
import type { TenantCreate, TenantUpdate } from './dto/tenant.requests.js';
import { tenantResponse } from './dto/tenant.response.js';
import { Tenant } from './tenant.entity.js';
import { EMPTY_TENANT, FIND_BY_SLUG, LOCK_ORDINALS, LOCK_RULES } from './tenants.queries.js';

/** The tenants of the service; for the platform only. */
@Injectable()
export class TenantsService {
  readonly #tenants: ResourceRepository<Tenant, PlatformScope>;

  constructor(
    private readonly doors: DatabaseDoors,
    private readonly callers: CallerCache,
    private readonly founding: TenantFounding,
  ) {
    this.#tenants = new ResourceRepository(doors, { entity: Tenant, name: 'tenant', snapshot: tenantResponse });
    this.#tenants.onRemoval((_transaction, scope, id) => this.#empty(scope, id));
  }

  /** Makes the tenant with what every tenant has. Errors: 409 `slug_taken`. */
  async create(scope: PlatformScope, input: TenantCreate): Promise<Tenant> {
    const tenant = Object.assign(new Tenant(), { id: newId(), slug: input.slug, name: input.name });
    return this.doors.unitOfWork.run(scope, async () => {
      const made = await this.#tenants.create(scope, tenant, { ...input });
      await this.#inside(scope, made.id, (inside) => this.founding.found(inside));
      this.#forget(scope, made.id);
      return made;
    });
  }

  /** Whether there is any tenant at all. */
  async isEmpty(scope: PlatformScope): Promise<boolean> {
    return (await this.list(scope, { perPage: 1 })).totalItems === 0;
  }

  /** In the order in which they were made. */
  async list(scope: PlatformScope, request: PageRequest): Promise<Page<Tenant>> {
    const sort = [{ column: 'id', type: 'uuid' }] as const;
    return this.#tenants.list(
      scope,
      { list: 'tenants', alias: 't', from: 'FROM tenants t', values: [], sort },
      request,
    );
  }

  /** Errors: 404. */
  async get(scope: PlatformScope, id: string): Promise<Tenant> {
    return this.#tenants.get(scope, id);
  }

  /** By its id or its slug. Errors: 404. */
  async find(scope: PlatformScope, idOrSlug: string): Promise<Tenant> {
    if (isUuid(idOrSlug)) return this.get(scope, idOrSlug.toLowerCase());
    const [found] = await this.doors.database.query<{ id: string }>(scope, FIND_BY_SLUG, [idOrSlug]);
    if (!found) throw notFound('tenant', idOrSlug);
    return this.get(scope, found.id);
  }

  /** Errors: 404, 412. A suspension is felt by this instance at once, by others within AUTH_CACHE_SECONDS. */
  async update(scope: PlatformScope, id: string, expected: ExpectedVersion, changes: TenantUpdate): Promise<Tenant> {
    const { name, status } = changes;
    const tenant = await this.#tenants.change(scope, id, expected, () => ({
      ...(name === undefined ? {} : { name }),
      ...(status === undefined ? {} : { status }),
    }));
    this.#forget(scope, id);
    return tenant;
  }

  /** Deletes the tenant and everything in it, in one transaction. Errors: 404, 412. */
  async remove(scope: PlatformScope, id: string, expected: ExpectedVersion): Promise<void> {
    await this.doors.unitOfWork.run(scope, async () => {
      // Before the lock on the tenant's row: whoever makes users takes the two in this order.
      await this.#inside(scope, id, async (tenant) => {
        // Rules write rows that point at nothing by a foreign key: none may come in behind us.
        await this.doors.database.write(tenant, LOCK_RULES, [id]);
        await this.doors.database.write(tenant, LOCK_ORDINALS, [id]);
      });
      await this.#tenants.remove(scope, id, expected);
    });
    this.#forget(scope, id);
  }

  async #empty(platform: PlatformScope, id: string): Promise<void> {
    await this.#inside(platform, id, async (scope) => {
      for (const empty of EMPTY_TENANT) {
        await inBatches(async () => {
          const [row] = await this.doors.database.write<{ removed: number }>(scope, empty, [id]);
          return row;
        });
      }
    });
  }

  async #inside(platform: PlatformScope, id: string, work: (scope: TenantScope) => Promise<void>): Promise<void> {
    const scope = new TenantScope(id, platform.actor, platform.requestId);
    await this.doors.unitOfWork.runInside(platform, scope, () => work(scope));
  }

  #forget(scope: PlatformScope, id: string): void {
    this.doors.unitOfWork.afterCommit(scope, () => this.callers.forgetTenant(id));
  }
}
