export { GroupsModule } from './groups.module.js';
export { GroupsService } from './groups.service.js';
export { MembersService } from './members/members.service.js';
export { NestingsService } from './nestings/nestings.service.js';
export { GroupCreate } from './dto/group.requests.js';
export { LOCK_NESTINGS } from './nestings/nestings.queries.js';
export { Group, groupKeys } from './group.entity.js';
export { GroupMember } from './members/group-member.entity.js';
export { GroupClosure, GroupNesting } from './nestings/group-nesting.entity.js';
