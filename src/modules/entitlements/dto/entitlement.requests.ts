import { Choice, Flag, Id, Line, Name, Lines, Prose } from '../../../http/fields/fields.js';
import { ObjectList } from '../../../http/fields/object-list.js';
import { ENTITLEMENT_TYPES, type EntitlementType } from '../../roles/index.js';

/** Rights of one entitlement. */
const MOST_RIGHTS = 50;
/** Values that one right allows. */
const MOST_VALUES = 1000;

/** A right of an entitlement: what can be said of each assignment beside that it is there. */
export class EntitlementRightFields {
  @Line({ description: 'Unique in the entitlement.', example: 'region' })
  name!: string;

  @Line({ description: 'What people call it.', example: 'Region', optional: true, nullable: true })
  label?: string | null;

  @Flag({ description: 'Whether every grant must have a value of it.', example: true, fallback: false })
  mandatory?: boolean;

  @Flag({ description: 'Whether an assignment may have several values of it.', example: false, fallback: false })
  multivalued?: boolean;

  @Lines({
    description:
      'The values that are allowed, which no other right of the entitlement may allow; where there are none, any value is, and only one right may be so.',
    example: ['emea', 'apac'],
    optional: true,
    max: MOST_VALUES,
  })
  values?: string[];
}

const NAME = { description: 'Unique in the application, whatever the case.', example: 'Editor' };
const DESCRIPTION = {
  description: 'What it is for.',
  example: 'Writes and publishes.',
  optional: true,
  nullable: true,
};
const CATEGORY = {
  description: 'What sort of entitlement it is.',
  example: 'Publishing',
  optional: true,
  nullable: true,
};
const EXT_REF = {
  description: 'What it is called in the connected application.',
  example: 'grp-editors',
  optional: true,
  nullable: true,
};
const RIGHTS = { description: 'Its rights, in the order to show them.', optional: true, min: 0, max: MOST_RIGHTS };

export class EntitlementCreate {
  @Name(NAME)
  name!: string;

  @Choice({
    description: '`role`: holds permissions; `permission`: is one, called by its name.',
    example: 'role',
    of: ENTITLEMENT_TYPES,
  })
  type!: EntitlementType;

  @Id({ description: 'Code of the application.', example: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d44' })
  application!: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Line(CATEGORY)
  category?: string | null;

  @Line(EXT_REF)
  extRef?: string | null;

  @ObjectList({ ...RIGHTS, of: EntitlementRightFields })
  rights?: EntitlementRightFields[];
}

/** A merge patch: what is left out stays, null takes away; `rights` are replaced as a whole. */
export class EntitlementUpdate {
  @Name({ ...NAME, optional: true })
  name?: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Line(CATEGORY)
  category?: string | null;

  @Line(EXT_REF)
  extRef?: string | null;

  @ObjectList({ ...RIGHTS, of: EntitlementRightFields })
  rights?: EntitlementRightFields[];
}
