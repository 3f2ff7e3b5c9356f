import { Choice, Flag, Text } from '../../../http/fields/fields.js';
import {
  FilterParameter,
  SortOrderParameter,
  SortParameter,
  type SortOrder,
} from '../../../http/fields/filter-fields.js';
import { FlagParameter, Int32Parameter, WordParameter } from '../../../http/fields/query-fields.js';
import { filterNames, sortNames } from '../../../persistence/filter/filtered-list.js';
import { ENTITLEMENT_TYPES, type EntitlementType } from '../../roles/index.js';
import { ENTITLEMENT_FILTER } from '../entitlement-filter.read-model.js';

/** Who can hold an entitlement, as contract 4 names them. Groups by rule do not exist yet: a search for them finds none. */
export const ASSIGNEE_TYPES = ['USER', 'GROUP', 'DYNAMIC_GROUP'] as const;
export type AssigneeType = (typeof ASSIGNEE_TYPES)[number];

/** Rows a page. */
const MOST_ROWS = 500;

/** A page as this surface asks for it; numbers out of bounds count as the nearest that is right. */
class EntitlementPageQuery {
  @Int32Parameter({
    description: `Rows a page, 1 to ${MOST_ROWS}; more counts as ${MOST_ROWS}, less than 1 as 1.`,
    example: MOST_ROWS,
    fallback: MOST_ROWS,
  })
  limit?: number;

  @Int32Parameter({ description: 'Number of the page; less than 1 counts as 1.', example: 1, fallback: 1 })
  page?: number;

  /** The page that is meant. */
  toPage(): { page: number; perPage: number } {
    const { limit = MOST_ROWS, page = 1 } = this;
    return { page: Math.max(page, 1), perPage: Math.min(Math.max(limit, 1), MOST_ROWS) };
  }
}

const FILTER_SAMPLE = 'name sw "edit" and category pr';

/** How a list of entitlements is filtered, sorted and read by pages. */
export class EntitlementListQuery extends EntitlementPageQuery {
  @FilterParameter(filterNames(ENTITLEMENT_FILTER), FILTER_SAMPLE)
  filter?: string;

  @SortParameter(sortNames(ENTITLEMENT_FILTER))
  sort_by?: string;

  @SortOrderParameter()
  sort_order?: SortOrder;
}

const EFFECTIVE = {
  description:
    'Whether the active users are listed whom assignments reach, one row a user and entitlement, instead of the assignments: `type` then says how (`USER`: the user has it itself, which wins), `group` means through this group, directly or nested, and `user` this user. Without `user` and `group` at most 100 entitlements may be left by the body. An extension of the published contract.',
  sample: true,
  fallback: false,
};

/** Which assignments are searched for, beside what the body says of the entitlement. */
export class EntitlementAssignmentQuery extends EntitlementPageQuery {
  @WordParameter({ description: 'Code of the user.', sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d33' })
  user?: string;

  @WordParameter({ description: 'Code of the group.', sample: '019ab5f2-7a40-7c11-8d2f-0a6b1c9e5d55' })
  group?: string;

  @Choice({
    description: 'Only assignments to these; all three where left out.',
    sample: 'USER',
    optional: true,
    of: ASSIGNEE_TYPES,
  })
  type?: AssigneeType;

  @FlagParameter({ description: 'Whether each assignment shows its right values.', sample: true, fallback: false })
  includeRights?: boolean;

  @FlagParameter(EFFECTIVE)
  effective?: boolean;
}

/** What is searched for of entitlements. The fields that are sent combine with AND, each compared exactly. */
export class EntitlementFilter {
  @Text({ description: 'Code of the entitlement.', optional: true })
  code?: string;

  @Text({ description: 'Unique in the application.', optional: true })
  name?: string;

  @Text({ description: 'What it is for.', optional: true })
  description?: string;

  @Choice({ description: 'Role or permission.', example: 'role', optional: true, of: ENTITLEMENT_TYPES })
  type?: EntitlementType;

  @Choice({
    description: 'Deprecated. All entitlements are regular.',
    optional: true,
    of: ['regular', 'dynamic'],
  })
  subType?: 'regular' | 'dynamic';

  @Text({ description: 'Code of the application.', optional: true })
  application?: string;

  @Text({ description: 'What sort of entitlement it is.', optional: true })
  category?: string;

  @Text({ description: 'What it is called in the connected application.', optional: true })
  extRef?: string;
}

/** What is searched for of entitlements, when they themselves are. */
export class EntitlementSearch extends EntitlementFilter {
  @FilterParameter(filterNames(ENTITLEMENT_FILTER), FILTER_SAMPLE)
  filter?: string;
}

/** What is searched for of entitlements, when those who hold them are. */
export class AssignmentSearch extends EntitlementFilter {
  @Flag({ ...EFFECTIVE, description: 'The same as `effective` in the query.' })
  effective?: boolean;
}
