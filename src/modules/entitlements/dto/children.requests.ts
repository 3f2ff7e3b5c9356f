import { Ids } from '../../../http/fields/fields.js';
import { FlagParameter } from '../../../http/fields/query-fields.js';
import { EntitlementListQuery } from './assignment-search.requests.js';

/** Children that one call adds or removes. */
const MOST_CHILDREN = 1000;

const CHILDREN = {
  description: 'Codes of roles and permissions of the same application. Repeats count once.',
  optional: true,
  max: MOST_CHILDREN,
};

/** What is put into a role and taken out of it, all or nothing; what is taken out goes first. */
export class EntitlementChildren {
  @Ids({ ...CHILDREN, example: ['019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbc'] })
  add?: string[];

  @Ids({ ...CHILDREN, example: ['019ab5f2-7a40-7c11-8d2f-0a6b1c9e5dbd'] })
  remove?: string[];
}

/** How the entitlements of a user or a group are listed. */
export class HeldEntitlementsQuery extends EntitlementListQuery {
  @FlagParameter({
    description: 'Whether all that is inside of them is listed as well.',
    sample: true,
    fallback: false,
  })
  sublevels?: boolean;
}
