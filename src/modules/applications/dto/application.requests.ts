import { Choice, Line, Name, Prose } from '../../../http/fields/fields.js';
import { FilterParameter, SortParameter, SortedPageQuery } from '../../../http/fields/filter-fields.js';
import { TextParameter } from '../../../http/fields/query-fields.js';
import { filterNames, sortNames } from '../../../persistence/filter/filtered-list.js';
import { APPLICATION_FILTER } from '../application-filter.read-model.js';
import {
  APPLICATION_STATUSES,
  APPLICATION_TYPES,
  type ApplicationStatus,
  type ApplicationType,
} from '../application.entity.js';

const NAME = { description: 'What people call it.', example: 'CRM' };
const CLIENT_ID = {
  description: 'Its id at the identity provider; unique in the tenant, made when left out.',
  example: 'crm-web',
  optional: true,
};
const DESCRIPTION = { description: 'What it is for.', example: 'Customers and deals.', optional: true, nullable: true };
const TYPE = { description: 'What kind of client it is.', example: 'web', optional: true, of: APPLICATION_TYPES };
const STATUS = {
  description: 'Nobody can use a disabled application; its assignments stay.',
  example: 'active',
  optional: true,
  of: APPLICATION_STATUSES,
};

export class ApplicationCreate {
  @Name(NAME)
  name!: string;

  @Line(CLIENT_ID)
  client_id?: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Choice(TYPE)
  type?: ApplicationType;

  @Choice(STATUS)
  status?: ApplicationStatus;
}

/** A JSON merge patch (RFC 7396). */
export class ApplicationUpdate {
  @Name({ ...NAME, optional: true })
  name?: string;

  @Line({ ...CLIENT_ID, description: 'Its id at the identity provider; unique in the tenant.' })
  client_id?: string;

  @Prose(DESCRIPTION)
  description?: string | null;

  @Choice(TYPE)
  type?: ApplicationType;

  @Choice(STATUS)
  status?: ApplicationStatus;
}

export class ApplicationListQuery extends SortedPageQuery {
  @FilterParameter(filterNames(APPLICATION_FILTER), 'name co "crm" and active eq true')
  filter?: string;

  @SortParameter(sortNames(APPLICATION_FILTER))
  sort_by?: string;

  @TextParameter({
    description: 'Only applications whose name or client id contains this, whatever the case.',
    sample: 'ada',
  })
  search?: string;

  @Choice({ ...STATUS, description: 'Only applications with this status.', sample: 'active', example: undefined })
  status?: ApplicationStatus;
}
