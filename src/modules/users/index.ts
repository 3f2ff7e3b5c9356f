export { UsersModule } from './users.module.js';
export { UsersService } from './users.service.js';
export { User, userKeys } from './user.entity.js';
export { UserCreate } from './dto/user.requests.js';
export { DROP_SET, TAKE_ORDINALS } from './sets/sets.queries.js';
export { CHUNK, enterSets, leaveSets, listOf, sizeOfSet } from './sets/user-sets.js';
export { UserSet, ordinalsIn, type PackedUsers } from './sets/user-set.js';
export { hasExpired, holdsAlways, holdsNow, stateOf } from './sets/validity.js';
