import { Choice } from '../../../../http/fields/fields.js';
import { FilterParameter, SortParameter, SortedPageQuery } from '../../../../http/fields/filter-fields.js';
import { PageQuery } from '../../../../http/fields/query-fields.js';
import { filterNames, sortNames } from '../../../../persistence/filter/filtered-list.js';
import { ROLE_LEVELS, type RoleLevel } from '../../role.entity.js';
import { ROLE_ASSIGNMENT_FILTER } from '../role-assignments.read-model.js';
import { HOLDER_TYPES, type HolderType } from './role-assignment.response.js';

/** How the roles of a user are listed. */
export class UserRolesQuery extends PageQuery {
  @Choice({ description: 'Only roles of this level.', sample: 'application', optional: true, of: ROLE_LEVELS })
  level?: RoleLevel;
}

/** How the holders of a role are listed. */
export class RoleAssignmentsQuery extends SortedPageQuery {
  @FilterParameter(filterNames(ROLE_ASSIGNMENT_FILTER), 'assigned_at ge "2026-11-01T00:00:00Z"')
  filter?: string;

  @SortParameter(sortNames(ROLE_ASSIGNMENT_FILTER))
  sort_by?: string;

  @Choice({ description: 'Only holders of this type.', sample: 'user', optional: true, of: HOLDER_TYPES })
  holder_type?: HolderType;
}
