import { Choice, Email, JsonObject, Line, Name } from '../../../http/fields/fields.js';
import { FilterParameter, SortParameter, SortedPageQuery } from '../../../http/fields/filter-fields.js';
import { TextParameter } from '../../../http/fields/query-fields.js';
import { filterNames, sortNames } from '../../../persistence/filter/filtered-list.js';
import { USER_FILTER } from '../user-filter.read-model.js';
import { USER_STATUSES, type UserStatus } from '../user.entity.js';

/** Largest `attributes`, in bytes of compact JSON. */
export const LARGEST_ATTRIBUTES = 16_384;

const USER_NAME = { description: 'Unique in the tenant, whatever the case.', example: 'ada' };
const EMAIL = { description: 'E-mail address.', example: 'ada@example.com', optional: true, nullable: true };
const DISPLAY_NAME = { description: 'What people see.', example: 'Ada Lovelace', optional: true, nullable: true };
const GIVEN_NAME = { description: 'Given name.', example: 'Ada', optional: true, nullable: true };
const FAMILY_NAME = { description: 'Family name.', example: 'Lovelace', optional: true, nullable: true };
const EXTERNAL_ID = {
  description: 'Its id where the user comes from; unique in the tenant.',
  example: 'hr-1815',
  optional: true,
  nullable: true,
};
const STATUS = {
  description: 'A suspended user can use no application.',
  example: 'active',
  optional: true,
  of: USER_STATUSES,
};
const ATTRIBUTES = {
  description: 'Whatever else is known of the user: a JSON object of at most 16 KB.',
  example: { department: 'Engineering', title: 'Analyst' },
  optional: true,
  maxBytes: LARGEST_ATTRIBUTES,
};

export class UserCreate {
  @Name(USER_NAME)
  user_name!: string;

  @Email(EMAIL)
  email?: string | null;

  @Line(DISPLAY_NAME)
  display_name?: string | null;

  @Line(GIVEN_NAME)
  given_name?: string | null;

  @Line(FAMILY_NAME)
  family_name?: string | null;

  @Line(EXTERNAL_ID)
  external_id?: string | null;

  @Choice(STATUS)
  status?: UserStatus;

  @JsonObject(ATTRIBUTES)
  attributes?: object;
}

/** A JSON merge patch (RFC 7396): null takes a value away, `attributes` merges. */
export class UserUpdate {
  @Name({ ...USER_NAME, optional: true })
  user_name?: string;

  @Email(EMAIL)
  email?: string | null;

  @Line(DISPLAY_NAME)
  display_name?: string | null;

  @Line(GIVEN_NAME)
  given_name?: string | null;

  @Line(FAMILY_NAME)
  family_name?: string | null;

  @Line(EXTERNAL_ID)
  external_id?: string | null;

  @Choice(STATUS)
  status?: UserStatus;

  @JsonObject({ ...ATTRIBUTES, nullable: true, description: 'Merged into the present attributes; null empties them.' })
  attributes?: object | null;
}

export class UserListQuery extends SortedPageQuery {
  @FilterParameter(filterNames(USER_FILTER), 'active eq true and attributes.department eq "Engineering"')
  filter?: string;

  @SortParameter(sortNames(USER_FILTER))
  sort_by?: string;

  @TextParameter({
    description: 'Only users whose user name, names or e-mail address contain this, whatever the case.',
    sample: 'ada',
  })
  search?: string;

  @Choice({ ...STATUS, description: 'Only users with this status.', sample: 'active', example: undefined })
  status?: UserStatus;
}
