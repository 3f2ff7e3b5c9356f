import { Name, Prose } from '../../../http/fields/fields.js';
import { FilterParameter, SortParameter, SortedPageQuery } from '../../../http/fields/filter-fields.js';
import { TextParameter } from '../../../http/fields/query-fields.js';
import { filterNames, sortNames } from '../../../persistence/filter/filtered-list.js';
import { WORKSPACE_FILTER } from '../workspace-filter.read-model.js';

const NAME = { description: 'Unique in its workspace, whatever the case.', example: 'Churn forecast' };
const DESCRIPTION = {
  description: 'What it is for.',
  example: 'Tells who is about to leave.',
  optional: true,
  nullable: true,
};

export class ProjectCreate {
  @Name(NAME)
  name!: string;

  @Prose(DESCRIPTION)
  description?: string | null;
}

/** A JSON merge patch (RFC 7396). */
export class ProjectUpdate {
  @Name({ ...NAME, optional: true })
  name?: string;

  @Prose(DESCRIPTION)
  description?: string | null;
}

export class ProjectListQuery extends SortedPageQuery {
  @FilterParameter(filterNames(WORKSPACE_FILTER), 'name sw "re" and description pr')
  filter?: string;

  @SortParameter(sortNames(WORKSPACE_FILTER))
  sort_by?: string;

  @TextParameter({ description: 'Only projects whose name contains this, whatever the case.', sample: 'ada' })
  search?: string;
}
