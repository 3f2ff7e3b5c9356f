import { Choice, Ids, Line, Name, Prose } from '../../../http/fields/fields.js';
import { FilterParameter, FilterText, SortParameter, SortedPageQuery } from '../../../http/fields/filter-fields.js';
import { FlagParameter, PageQuery, TextParameter } from '../../../http/fields/query-fields.js';
import { ValidityFields } from '../../../http/fields/validity-fields.js';
import { OptionalBody } from '../../../http/optional-body.js';
import { filterNames, sortNames } from '../../../persistence/filter/filtered-list.js';
import { GROUP_KINDS, type GroupKind } from '../group.entity.js';
import { GROUP_FILTER } from '../group-filter.read-model.js';

/** Most users added to a group in one call. */
const MOST_MEMBERS = 1000;

const NAME = { description: 'Unique in the tenant, whatever the case.', example: 'Engineering' };
const DESCRIPTION = { description: 'What it is for.', example: 'Builds the product.', optional: true, nullable: true };
const EXTERNAL_ID = {
  description: 'Its id where the group comes from; unique in the tenant.',
  example: 'ou-42',
  optional: true,
  nullable: true,
};

const RULE_SAMPLE = 'attributes.department eq "Sales"';
const KIND = {
  description: '`dynamic`: its members are those users for whom `rule` holds. It never changes.',
  of: GROUP_KINDS,
  optional: true,
};
const RULE = {
  description:
    'Of a dynamic group: a filter over users, as the list of users takes it (RFC 7644 section 3.4.2.2); at most 8192 bytes.',
  optional: true,
};

export class GroupCreate {
  @Name(NAME)
  name!: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Line(EXTERNAL_ID)
  external_id?: string | null;

  @Choice({ ...KIND, sample: 'dynamic' })
  kind?: GroupKind;

  @FilterText({ ...RULE, sample: RULE_SAMPLE })
  rule?: string;
}

/** A JSON merge patch (RFC 7396). */
export class GroupUpdate {
  @Name({ ...NAME, optional: true })
  name?: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Line(EXTERNAL_ID)
  external_id?: string | null;

  @FilterText({ ...RULE, sample: RULE_SAMPLE })
  rule?: string;
}

export class GroupListQuery extends SortedPageQuery {
  @FilterParameter(filterNames(GROUP_FILTER), 'name sw "eng"')
  filter?: string;

  @SortParameter(sortNames(GROUP_FILTER))
  sort_by?: string;

  @TextParameter({ description: 'Only groups whose name contains this, whatever the case.', sample: 'ada' })
  search?: string;
}

export class MemberListQuery extends PageQuery {
  @FlagParameter({
    description:
      'Also the members of all groups inside of this one, each user once, and only those that are in it now.',
    sample: true,
    fallback: false,
  })
  transitive?: boolean;
}

export class MembersAdd extends ValidityFields {
  @Ids({
    description: `The users to add, 1 to ${MOST_MEMBERS}; repeats count once. All are added, or none.`,
    example: ['019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33'],
    max: MOST_MEMBERS,
  })
  user_ids!: string[];
}

/** The bounds that a membership then has; without a body, one that is there keeps its own. */
@OptionalBody()
export class MembershipPut extends ValidityFields {}

/** A JSON merge patch (RFC 7396). */
export class MembershipUpdate extends ValidityFields {}
