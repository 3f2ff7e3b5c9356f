import { assignByPost, assignMany, changeAssignment, puttingAssignment, unassign } from './assignments.js';
import { changeManyAssignments } from './bulk-assignments.js';
import { changingStatus, making, nestGroup, removing, unnestGroup } from './directory.js';
import { importAssignments, importMemberships } from './imports.js';
import { addMembers, changeMember, puttingMember, removeMember } from './members.js';
import type { Operation } from './operation.js';

export type { ModelledTenant } from './operation.js';

/** All that changes who may use what; a new way to change it takes its place here. */
export const OPERATIONS: readonly Operation[] = [
  making('users', 4, (number) => ({ user_name: `user ${number}`, ...(number % 5 === 0 && { status: 'suspended' }) })),
  making('groups', 3, (number) => ({ name: `group ${number}` })),
  making('applications', 2, (number) => ({ name: `application ${number}` })),
  removing('users', 1),
  removing('groups', 1),
  removing('applications', 1),
  changingStatus('users', 'suspended', 5),
  changingStatus('applications', 'disabled', 3),
  addMembers,
  puttingMember('put a member', 6, false),
  puttingMember('put a member for a time', 5, true),
  changeMember,
  removeMember,
  importMemberships,
  nestGroup,
  unnestGroup,
  assignByPost,
  assignMany,
  puttingAssignment('put an assignment', 5, false),
  puttingAssignment('put an assignment for a time', 4, true),
  changeAssignment,
  changeManyAssignments,
  unassign,
  importAssignments,
];
