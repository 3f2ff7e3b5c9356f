import { Injectable } from '@nestjs/common';
import { comparisonKey } from '../../../kernel/comparison-key.js';
import { DomainError, conflict, forbidden, notFound } from '../../../kernel/domain-error.js';
import { newId } from '../../../kernel/ids.js';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { ExpectedVersion } from '../../../kernel/version.js';
import { filteredList, type ListRequest } from '../../../persistence/filter/filtered-list.js';
import { checkPermissions } from '../permissions/permissions-field.js';
import { Role, type RoleType } from '../role.entity.js';
import { RolesRepository } from '../roles.repository.js';
import { ORGANIZATION_ROLE_FILTER } from './organization-role-filter.read-model.js';
import type {
  OrganizationLevel,
  OrganizationRoleCreate,
  OrganizationRoleUpdate,
} from './dto/organization-role.requests.js';

/** The roles of a tenant that belong to no application: those of the organization, of its workspaces and projects. */
@Injectable()
export class OrganizationRolesService {
  constructor(private readonly roles: RolesRepository) {}

  /** Errors: 409 `name_taken`, 422 for permissions that begin like ours and are none. */
  async create(scope: TenantScope, input: OrganizationRoleCreate): Promise<Role> {
    checkPermissions(input.permissions ?? []);
    const role = Object.assign(new Role(), {
      tenantId: scope.tenantId,
      id: newId(),
      level: input.level,
      applicationId: null,
      name: input.name,
      nameKey: comparisonKey(input.name),
      displayName: null,
      description: input.description ?? null,
      type: input.type ?? 'normal',
      builtIn: null,
      permissions: input.permissions ?? [],
      entitlementType: 'role',
      category: null,
      extRef: null,
    });
    return this.roles.create(scope, role, { ...input });
  }

  /**
   * In the order of their ids, where no other is asked for: those made with the tenant first, then as they were made.
   * Errors: 400 `invalid_filter`, `filter_too_slow`.
   */
  async list(
    scope: TenantScope,
    asked: ListRequest & { level?: OrganizationLevel | undefined; type?: RoleType | undefined },
    request: PageRequest,
  ): Promise<Page<Role>> {
    const parts = {
      catalogue: ORGANIZATION_ROLE_FILTER,
      from: `FROM roles r
              WHERE r.tenant_id = $1 AND r.application_id IS NULL
                AND ($2::text IS NULL OR r.level = $2) AND ($3::text IS NULL OR r.type = $3)`,
      values: [scope.tenantId, asked.level ?? null, asked.type ?? null],
      sort: [{ column: 'id', type: 'uuid' }],
    } as const;
    const filtered = filteredList(parts, asked);
    return this.roles.list(scope, { list: 'organization-roles', alias: 'r', ...filtered }, request);
  }

  /** Errors: 404, also for a role of an application. */
  async get(scope: TenantScope, id: string): Promise<Role> {
    const role = await this.roles.get(scope, id);
    if (role.applicationId !== null) throw notFound('role', id);
    return role;
  }

  /**
   * Applies a merge patch. Errors: 404, 403 `role_built_in`, 409 `name_taken`, `role_assigned` where a role that somebody
   * holds would become a share role, 412, 422 as for create.
   */
  async update(
    scope: TenantScope,
    id: string,
    expected: ExpectedVersion,
    patch: OrganizationRoleUpdate,
  ): Promise<Role> {
    checkPermissions(patch.permissions ?? []);
    await this.#requireOwn(scope, id);
    const seen: Role[] = [];
    const alter = (before: Role): Partial<Role> => {
      seen.push(before);
      return patched(before, patch);
    };
    try {
      return await this.roles.change(scope, id, expected, alter, { ...patch });
    } catch (error) {
      // The foreign key of assignments, which hold a role together with its type, refuses from the other end.
      if (seen.length > 0 && codeOf(error) === 'role_not_found') throw stillAssigned(id);
      throw error;
    }
  }

  /**
   * Deletes the role; whoever holds it holds it no more. Errors: 404, 403 `role_built_in`, 409 `last_role` where it is the
   * last one of the organization that somebody holds directly, 412.
   */
  async remove(scope: TenantScope, id: string, expected: ExpectedVersion): Promise<void> {
    await this.#requireOwn(scope, id);
    try {
      await this.roles.remove(scope, id, expected);
    } catch (error) {
      if (codeOf(error) !== 'last_role') throw error;
      throw conflict(
        'last_role',
        `Role ${id} is the last role of the organization that a member holds directly; give them another one first.`,
      );
    }
  }

  /** What a role is made with stays as it is: neither an application's nor a built-in one ever becomes the tenant's own. */
  async #requireOwn(scope: TenantScope, id: string): Promise<void> {
    const role = await this.get(scope, id);
    if (role.builtIn === null) return;
    throw forbidden(
      'role_built_in',
      `Role ${role.name} of level ${role.level} is part of every tenant and cannot be changed or deleted; make one of your own.`,
    );
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof DomainError ? error.code : null;
}

function stillAssigned(id: string): DomainError {
  return conflict(
    'role_assigned',
    `Role ${id} is held by somebody, so it cannot become a share role; revoke it first.`,
  );
}

function patched(before: Role, patch: OrganizationRoleUpdate): Partial<Role> {
  const name = patch.name ?? before.name;
  return {
    name,
    nameKey: comparisonKey(name),
    description: patch.description === undefined ? before.description : patch.description,
    type: patch.type ?? before.type,
    permissions: patch.permissions ?? before.permissions,
  };
}
