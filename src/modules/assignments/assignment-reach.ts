import { bodyIds, pathId, type ReachOf } from '../../http/dry-run/reach.js';
import type { Assignee } from './assignee.js';

/** The applications that a request gives or takes, wherever it names them; of one user, or of all that a group holds. */
export function reachOf(kind: Assignee['kind']): ReachOf {
  return (request) => ({
    applications: [
      ...pathId(request, 'application_id'),
      ...bodyIds(request, 'application_id'),
      ...bodyIds(request, 'application_ids'),
    ],
    ...(kind === 'user' ? { onlyUsers: pathId(request, 'user_id') } : {}),
  });
}
