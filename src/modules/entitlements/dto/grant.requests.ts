import { Lines, Text } from '../../../http/fields/fields.js';
import { ObjectList, ObjectPart } from '../../../http/fields/object-list.js';

/** Users, or groups, that one call grants to or revokes from. */
const MOST_ITEMS = 1000;
/** Right values of one assignment. */
const MOST_VALUES = 1000;

const USER = { description: 'Code of the user.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' };
const GROUP = { description: 'Code of the group.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' };
const RIGHTS = {
  description: 'Values of the rights of the entitlement; each is of the right that allows it. Repeats count once.',
  example: ['emea'],
  optional: true,
  max: MOST_VALUES,
};
const ITEMS = {
  description: 'Each by itself: one that fails stops no other.',
  optional: true,
  min: 0,
  max: MOST_ITEMS,
};

export class UserGrant {
  @Text(USER)
  user!: string;

  @Lines(RIGHTS)
  rights?: string[];
}

export class GroupGrant {
  @Text(GROUP)
  group!: string;

  @Lines(RIGHTS)
  rights?: string[];
}

export class UserRevocation {
  @Text(USER)
  user!: string;
}

export class GroupRevocation {
  @Text(GROUP)
  group!: string;
}

export class Grants {
  @ObjectList({ ...ITEMS, of: UserGrant })
  users?: UserGrant[];

  @ObjectList({ ...ITEMS, of: GroupGrant })
  groups?: GroupGrant[];
}

export class Revocations {
  @ObjectList({ ...ITEMS, of: UserRevocation })
  users?: UserRevocation[];

  @ObjectList({ ...ITEMS, of: GroupRevocation })
  groups?: GroupRevocation[];
}

/** Who gets an entitlement, and from whom it is taken; grants come first. */
export class EntitlementGrant {
  @ObjectPart({ description: 'Who gets it.', optional: true, of: Grants })
  grant?: Grants;

  @ObjectPart({ description: 'From whom it is taken.', optional: true, of: Revocations })
  revoke?: Revocations;
}
