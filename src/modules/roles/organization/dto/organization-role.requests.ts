import { Choice, Name, Prose } from '../../../../http/fields/fields.js';
import { FilterParameter, SortParameter, SortedPageQuery } from '../../../../http/fields/filter-fields.js';
import { filterNames, sortNames } from '../../../../persistence/filter/filtered-list.js';
import { Permissions } from '../../permissions/permissions-field.js';
import { ROLE_TYPES, type RoleType } from '../../role.entity.js';
import { ORGANIZATION_ROLE_FILTER } from '../organization-role-filter.read-model.js';

/** The levels of roles that belong to no application. */
export const ORGANIZATION_LEVELS = ['organization', 'workspace', 'project'] as const;
export type OrganizationLevel = (typeof ORGANIZATION_LEVELS)[number];

const NAME = { description: 'Unique among the roles of its level, whatever the case.', example: 'Auditor' };
const DESCRIPTION = {
  description: 'What it is for.',
  example: 'Reads everything, changes nothing.',
  optional: true,
  nullable: true,
};
const LEVEL = {
  description: 'Where it is held: in the whole organization, in a workspace, or in a project. It never changes.',
  example: 'workspace',
  of: ORGANIZATION_LEVELS,
};
const TYPE = {
  description: '`share`: for what is shared with others; nobody can be given it.',
  example: 'normal',
  optional: true,
  of: ROLE_TYPES,
};
const PERMISSIONS = {
  description: 'What its holders may do there; `*`: everything.',
  example: ['project:read', 'stack:read'],
  optional: true,
};

export class OrganizationRoleCreate {
  @Name(NAME)
  name!: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Choice(LEVEL)
  level!: OrganizationLevel;

  @Choice(TYPE)
  type?: RoleType;

  @Permissions(PERMISSIONS)
  permissions?: string[];
}

/** A JSON merge patch (RFC 7396). */
export class OrganizationRoleUpdate {
  @Name({ ...NAME, optional: true })
  name?: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Choice(TYPE)
  type?: RoleType;

  @Permissions(PERMISSIONS)
  permissions?: string[];
}

export class OrganizationRoleListQuery extends SortedPageQuery {
  @FilterParameter(filterNames(ORGANIZATION_ROLE_FILTER), 'name sw "a" and system_managed eq false')
  filter?: string;

  @SortParameter(sortNames(ORGANIZATION_ROLE_FILTER))
  sort_by?: string;

  @Choice({ description: 'Only roles of this level.', sample: 'workspace', optional: true, of: ORGANIZATION_LEVELS })
  level?: OrganizationLevel;

  @Choice({ description: 'Only roles of this type.', sample: 'normal', optional: true, of: ROLE_TYPES })
  type?: RoleType;
}
