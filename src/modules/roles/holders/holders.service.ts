import { Injectable } from '@nestjs/common';
import { notFound } from '../../../kernel/domain-error.js';
import { mapPage, type Page, type PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import {
  findSets,
  pageOfReached,
  reachedUser,
  type ReachedFilter,
  type ReachedList,
  type ReachedUser,
} from '../../access/index.js';
import type { PermissionHolderResponse } from './dto/holder.response.js';
import { EXPLAINED_HOLDERS, HOLDER_SETS } from './holders.queries.js';

interface Filter extends ReachedFilter {
  readonly permission: string;
}

interface Holder extends ReachedUser {
  readonly role_id: string;
}

/** Who holds a permission in an application: the reverse of what a user may do. */
@Injectable()
export class PermissionHoldersService {
  constructor(private readonly doors: DatabaseDoors) {}

  /** One page of the users that hold it, directly or through groups nested to any depth, with the exact total. Errors: 404. */
  async list(
    scope: TenantScope,
    applicationId: string,
    filter: Filter,
    request: PageRequest,
  ): Promise<Page<PermissionHolderResponse>> {
    const { database } = this.doors;
    const { tenantId } = scope;
    const { permission } = filter;
    const list: ReachedList<Holder> = {
      name: 'permission-holders',
      from: [applicationId, permission],
      filter,
      sets: async ({ viaGroup }) => {
        const values = [tenantId, applicationId, viaGroup ?? null, null, permission];
        const sets = await findSets(database, scope, HOLDER_SETS, values);
        if (!sets) throw notFound('application', applicationId);
        return sets;
      },
      explained: async (ordinals) =>
        database.queryLong<Holder>(scope, EXPLAINED_HOLDERS, [tenantId, applicationId, ordinals, permission]),
    };
    return mapPage(await pageOfReached(this.doors, scope, list, request), holderOf);
  }
}

function holderOf(row: Holder): PermissionHolderResponse {
  return { ...reachedUser(row), role_id: row.role_id };
}
