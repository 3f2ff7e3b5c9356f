import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { DomainError, conflict, invalid, notFound } from '../../kernel/domain-error.js';
import { newId } from '../../kernel/ids.js';
import { isKnownPermission } from '../../kernel/permissions.js';
import type { TenantScope } from '../../kernel/scope.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import type { Transaction } from '../../persistence/transaction.js';
import { Role, RolesRepository, lockChildren } from '../roles/index.js';
import type { EntitlementListQuery, EntitlementSearch } from './dto/assignment-search.requests.js';
import type { EntitlementCreate, EntitlementUpdate } from './dto/entitlement.requests.js';
import type { EntitlementResponse, EntitlementsPage } from './dto/entitlement.responses.js';
import {
  FIND_ENTITLEMENT,
  entitlementResponse,
  entitlementsFound,
  type EntitlementRow,
} from './entitlements.read-model.js';
import { FOLLOW_RIGHTS, PUT_RIGHTS, REMOVE_RIGHTS, STRAY_VALUES } from './rights/rights.queries.js';
import { rightsOf, type Right } from './rights/rights.js';

/** The entitlements of applications: their roles with rights, and single permissions. */
@Injectable()
export class EntitlementsService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly roles: RolesRepository,
  ) {}

  /** Errors: 400, 403 `permission_not_held`, 404 for the application, 409 `entitlement_name_taken`. */
  async create(scope: TenantScope, input: EntitlementCreate): Promise<EntitlementResponse> {
    const { name, type, application } = input;
    if (type === 'permission') requirePermission(name);
    const rights = rightsOf(input.rights ?? []);
    const role = Object.assign(new Role(), {
      tenantId: scope.tenantId,
      id: newId(),
      level: 'application',
      applicationId: application,
      name,
      nameKey: comparisonKey(name),
      displayName: null,
      description: input.description ?? null,
      type: 'normal',
      permissions: type === 'permission' ? [name] : [],
      entitlementType: type,
      category: input.category ?? null,
      extRef: input.extRef ?? null,
    });
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      await named(name, this.roles.create(scope, role, { application_id: application }));
      if (rights.length > 0) await this.#putRights(transaction, scope, role, rights, []);
      return this.get(scope, role.id);
    });
  }

  /** Errors: 404. */
  async get(scope: TenantScope, code: string): Promise<EntitlementResponse> {
    return entitlementResponse(await this.#find(scope, code));
  }

  /**
   * One page of those that all filters leave, with their exact number. Errors: 400 `invalid_filter`, `filter_too_slow`,
   * and where both query and body have a filter.
   */
  async search(
    scope: TenantScope,
    query: EntitlementListQuery,
    { filter, ...fields }: EntitlementSearch,
  ): Promise<EntitlementsPage> {
    if (query.filter !== undefined && filter !== undefined) {
      throw invalid(['body', 'filter'], 'filter must be in the query or in the body, not in both', 'contradiction');
    }
    const { page, perPage } = query.toPage();
    const { sort_by, sort_order } = query;
    const asked = { filter: query.filter ?? filter, sort_by, sort_order };
    const list = entitlementsFound(scope.tenantId, fields, asked);
    const found = await this.doors.paginator.rows<EntitlementRow>(scope, list, { page, perPage });
    return { count: found.totalItems, page, limit: perPage, resources: found.items.map(entitlementResponse) };
  }

  /**
   * Applies a merge patch; rights that are sent replace those there are. A right that becomes mandatory is asked of grants
   * from now on. Errors: 400, 403, 404, 409 `entitlement_name_taken`, `right_in_use` where assignments have values that
   * would not be allowed any more.
   */
  async update(scope: TenantScope, code: string, patch: EntitlementUpdate): Promise<EntitlementResponse> {
    const rights = patch.rights ? rightsOf(patch.rights) : null;
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      if (patch.name !== undefined) await lockChildren(transaction, scope);
      await this.#find(scope, code);
      let seen: readonly Right[] = [];
      const alter = async (before: Role): Promise<Partial<Role>> => {
        // Read with the row locked, so that nobody else changes them between.
        seen = (await this.#find(scope, code)).rights;
        const changes = patched(before, patch);
        return rights && !isDeepStrictEqual(rights, seen) ? { ...changes, updatedAt: new Date() } : changes;
      };
      const role = await named(patch.name ?? '', this.roles.change(scope, code, null, alter));
      if (rights && !isDeepStrictEqual(rights, seen)) await this.#putRights(transaction, scope, role, rights, seen);
      return this.get(scope, code);
    });
  }

  /** Deletes it and takes it from all who hold it. Errors: 404. */
  async remove(scope: TenantScope, code: string): Promise<void> {
    await this.#find(scope, code);
    await this.roles.removeOfApplication(scope, code);
  }

  async #find(scope: TenantScope, code: string): Promise<EntitlementRow> {
    const [row] = await this.doors.database.query<EntitlementRow>(scope, FIND_ENTITLEMENT, [scope.tenantId, code]);
    if (!row) throw notFound('entitlement', code);
    return row;
  }

  async #putRights(
    transaction: Transaction,
    { tenantId }: TenantScope,
    { id, applicationId }: Role,
    rights: readonly Right[],
    before: readonly Right[],
  ): Promise<void> {
    await transaction.query(REMOVE_RIGHTS, [tenantId, id, rights.map(({ name }) => name)]);
    await transaction.query(PUT_RIGHTS, [tenantId, id, applicationId, JSON.stringify(rights)]);
    if (rights.some((right) => before.some((was) => was.name === right.name && was.multivalued !== right.multivalued)))
      await transaction.query(FOLLOW_RIGHTS, [tenantId, id]);
    const strays = await transaction.query<{ right_name: string; value: string }>(STRAY_VALUES, [tenantId, id]);
    const [stray] = strays;
    if (stray) {
      throw conflict(
        'right_in_use',
        `Assignments have the value "${stray.value}" of the right "${stray.right_name}"; remove it from them first.`,
      );
    }
    const [was, is] = [before, rights].map((each) => ({ application_id: applicationId, rights: each }));
    transaction.record({
      action: 'entitlement_rights.updated',
      resourceType: 'role',
      resourceId: id,
      before: was ?? null,
      after: is ?? null,
    });
  }
}

function requirePermission(name: string): void {
  if (isKnownPermission(name)) return;
  throw invalid(
    ['body', 'name'],
    `name must be a permission of this service where it begins like one, not "${name}"`,
    'permission',
  );
}

/** A name that is taken, in the words of this surface. */
async function named<Result>(name: string, change: Promise<Result>): Promise<Result> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'role_name_taken') throw error;
    throw conflict(
      'entitlement_name_taken',
      `The application has an entitlement "${name}" already; choose another name.`,
    );
  }
}

function patched(before: Role, patch: EntitlementUpdate): Partial<Role> {
  const {
    name = before.name,
    description = before.description,
    category = before.category,
    extRef = before.extRef,
  } = patch;
  const isPermission = before.entitlementType === 'permission';
  if (isPermission) requirePermission(name);
  return {
    name,
    nameKey: comparisonKey(name),
    description,
    category,
    extRef,
    ...(isPermission ? { permissions: [name] } : {}),
  };
}
