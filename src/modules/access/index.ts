export { AccessModule } from './access.module.js';
export { effectiveUsersIn, findSets, findSetsApart, type SetsApart } from './effective/effective-sets.js';
export {
  SET_KINDS,
  explainedStatement,
  micros,
  setsStatement,
  type Reach,
} from './effective/effective-sets.queries.js';
export { ReachedUserResponse, reachedUser } from './effective/dto/reached-user.response.js';
export { ReachedUsersQuery } from './effective/dto/reached-users.requests.js';
export { pageOfReached, type ReachedFilter, type ReachedList, type ReachedUser } from './effective/reached-users.js';
export { Side, type Pair } from './preview/difference.js';
export { MOST_REMEMBERED, rehearsed, tooLarge } from './preview/rehearsal.js';
export { countOf } from './explanation/bounded-paths.js';
export { GroupGraph, shortestWays } from './explanation/group-ways.js';
export type { Difference } from './verification/difference.js';
export { tenantsToVerify, verifyTenant, type Verification } from './verification/verification.js';
