import { Choice } from '../../../../http/fields/fields.js';
import { PageQuery } from '../../../../http/fields/query-fields.js';
import { ROLE_LEVELS, type RoleLevel } from '../../role.entity.js';
import { HOLDER_TYPES, type HolderType } from './role-assignment.response.js';

/** How the roles of a user are listed. */
export class UserRolesQuery extends PageQuery {
  @Choice({ description: 'Only roles of this level.', sample: 'application', optional: true, of: ROLE_LEVELS })
  level?: RoleLevel;
}

/** How the holders of a role are listed. */
export class RoleAssignmentsQuery extends PageQuery {
  @Choice({ description: 'Only holders of this type.', sample: 'user', optional: true, of: HOLDER_TYPES })
  holder_type?: HolderType;
}
