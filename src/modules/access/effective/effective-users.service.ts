import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../../../kernel/page.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { AccessPathsService } from '../explanation/access-paths.service.js';
import type { EffectiveUserResponse } from './dto/effective-user.response.js';
import { reachedUser } from './dto/reached-user.response.js';
import { readEffectiveSets } from './effective-sets.js';
import { DIRECT_MOMENTS, EXPLAINED_USERS } from './effective-sets.queries.js';
import { pageOfReached, type ReachedFilter, type ReachedUser } from './reached-users.js';

/** Most paths that are shown of each user. */
const MOST_PATHS = 20;

interface Filter extends ReachedFilter {
  readonly include?: 'paths' | undefined;
}

/** Who can use an application: the question Doorlist exists for. */
@Injectable()
export class EffectiveUsersService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly paths: AccessPathsService,
  ) {}

  /** One page, with the exact total. Errors: 404. */
  async list(
    scope: TenantScope,
    applicationId: string,
    filter: Filter,
    request: PageRequest,
  ): Promise<Page<EffectiveUserResponse>> {
    const { database } = this.doors;
    const values = [scope.tenantId, applicationId];
    const list = {
      name: 'effective-users',
      from: [applicationId],
      filter,
      sets: async (wanted: Parameters<typeof readEffectiveSets>[3]) =>
        readEffectiveSets(database, scope, applicationId, wanted),
      explained: async (ordinals: readonly number[]) =>
        database.queryLong<ReachedUser>(scope, EXPLAINED_USERS, [...values, ordinals]),
      directMoments: async () => {
        const [row] = await database.queryLong<{ packed: Buffer | null }>(scope, DIRECT_MOMENTS, values);
        return row?.packed ?? null;
      },
    };
    const page = await pageOfReached(this.doors, scope, list, request);
    return { ...page, items: await this.#shown(scope, applicationId, page.items.map(reachedUser), filter) };
  }

  /** The rows with their paths, where they are asked for. */
  async #shown(
    scope: TenantScope,
    applicationId: string,
    rows: readonly EffectiveUserResponse[],
    { include }: Filter,
  ): Promise<readonly EffectiveUserResponse[]> {
    if (include === undefined || rows.length === 0) return rows;
    const ids = rows.map((row) => row.user_id);
    const paths = await this.paths.pathsOf(scope, applicationId, ids, MOST_PATHS);
    return rows.map((row) => {
      const { pathCount = 0, paths: shown = [], truncated = false } = paths.get(row.user_id) ?? {};
      return { ...row, path_count: pathCount, paths: [...shown], paths_truncated: truncated };
    });
  }
}
