import { Name, Prose } from '../../../http/fields/fields.js';
import { PageQuery, TextParameter } from '../../../http/fields/query-fields.js';

const NAME = { description: 'Unique in the tenant, whatever the case.', example: 'Research' };
const DESCRIPTION = {
  description: 'What it is for.',
  example: 'Experiments and prototypes.',
  optional: true,
  nullable: true,
};

export class WorkspaceCreate {
  @Name(NAME)
  name!: string;

  @Prose(DESCRIPTION)
  description?: string | null;
}

/** A JSON merge patch (RFC 7396). */
export class WorkspaceUpdate {
  @Name({ ...NAME, optional: true })
  name?: string;

  @Prose(DESCRIPTION)
  description?: string | null;
}

export class WorkspaceListQuery extends PageQuery {
  @TextParameter({ description: 'Only workspaces whose name contains this, whatever the case.', sample: 'ada' })
  search?: string;
}
