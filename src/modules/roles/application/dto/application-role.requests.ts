import { Choice, Ids, LineOrNothing, Name, Prose } from '../../../../http/fields/fields.js';
import { Permissions } from '../../permissions/permissions-field.js';

const NAME = { description: 'Unique in the application, whatever the case.', example: 'Editor' };
const PERMISSIONS = {
  description:
    'What it allows, in your own words; `*` is everything in the application. Repeats count once. What begins with `doorlist:` must be a permission of this service.',
  example: ['documents:read', 'documents:write'],
  optional: true,
};
const DESCRIPTION = { description: 'What it is for.', example: 'Writes and publishes.', optional: true };
const DISPLAY_NAME = {
  description: 'What people call it; empty: nothing else than its name.',
  example: 'Editor in chief',
  optional: true,
};

export class ApplicationRoleCreate {
  @Name(NAME)
  role_name!: string;

  @Permissions(PERMISSIONS)
  permissions?: string[];

  @Prose(DESCRIPTION)
  description?: string;

  @LineOrNothing(DISPLAY_NAME)
  display_name?: string;
}

/** What is left out stays. */
export class ApplicationRoleUpdate {
  @Name({ ...NAME, optional: true })
  role_name?: string;

  @Permissions(PERMISSIONS)
  permissions?: string[];

  @Prose(DESCRIPTION)
  description?: string;

  @LineOrNothing(DISPLAY_NAME)
  display_name?: string;
}

/** Holders of one type as contract 2 names it. */
const ENTITY_TYPES = ['User', 'Group', 'Application'] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/** Holders that one request can name. */
const MOST_ENTITIES = 10_000;

export class ApplicationRoleAssign {
  @Ids({
    description: 'Who gets the role, all of `entity_type`. Repeats count once.',
    example: ['019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33'],
    max: MOST_ENTITIES,
  })
  entity_ids!: string[];

  @Choice({ description: 'What all of them are.', example: 'User', of: ENTITY_TYPES })
  entity_type!: EntityType;
}
