import type { AccessFacts } from './access-facts.js';
import { allowedMessage, refusedMessage, type Named } from './access-message.js';
import { AccessPaths } from './access-paths.js';
import { closedBy, type Reason, type Standing } from './access-reasons.js';
import { countOf } from './bounded-paths.js';
import type { AccessExplanationResponse } from './dto/access-explanation.response.js';
import type { AccessPathResponse } from './dto/access-path.response.js';

/** Most paths that an explanation shows. */
const MOST_PATHS = 100;

/** What an explanation is made from. */
export interface Explained extends Standing, Named {
  readonly facts: AccessFacts;
}

/** Why a user can use an application, or why not. */
export function explain(explained: Explained): Omit<AccessExplanationResponse, 'user_id' | 'application_id'> {
  const found = new AccessPaths(explained.facts);
  const closed = closedBy(explained);
  const holding = found.holding(MOST_PATHS);
  const lapsed = found.lapsed(MOST_PATHS - holding.paths.length);
  const count = holding.count + lapsed.count;
  const reasons = [...closed, ...(holding.count > 0n ? [] : found.lapses())];
  const [way] = holding.paths;
  return {
    allowed: reasons.length === 0,
    path_count: countOf(count),
    path_count_exact: String(count),
    paths: [...holding.paths, ...lapsed.paths].map((path) => closedPath(path, closed)),
    paths_truncated: count > MOST_PATHS,
    reasons,
    message:
      way && reasons.length === 0
        ? allowedMessage(explained, way, holding.count)
        : refusedMessage(explained, reasons, explained.facts),
  };
}

function closedPath(path: AccessPathResponse, closed: readonly Reason[]): AccessPathResponse {
  if (closed.length === 0) return path;
  return { ...path, effective: false, reasons: [...closed, ...path.reasons] };
}
