import { ACCESS_SCOPES } from '../../../kernel/access-scopes.js';
import { Choices, Line } from '../../../http/fields/fields.js';

const NAME = { description: 'What people call it.', example: 'HR import' };
const SCOPES = {
  description: 'What its tokens may do, at most what the caller may.',
  example: ['directory:read', 'assignments:write'],
  of: Object.keys(ACCESS_SCOPES).filter((scope) => scope !== 'platform'),
};

export class ApiClientCreate {
  @Line(NAME)
  name!: string;

  @Choices(SCOPES)
  scopes!: string[];
}

/** A JSON merge patch (RFC 7396): a list is replaced as a whole. */
export class ApiClientUpdate {
  @Line({ ...NAME, optional: true })
  name?: string;

  @Choices({ ...SCOPES, optional: true })
  scopes?: string[];
}
