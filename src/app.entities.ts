import { ApiClient, PlatformClient } from './modules/api-clients/index.js';
import { Application } from './modules/applications/index.js';
import { Assignment } from './modules/assignments/index.js';
import { AuditEvent, PlatformAuditEvent } from './modules/audit/index.js';
import { Group, GroupClosure, GroupMember, GroupNesting } from './modules/groups/index.js';
import { Role, RoleAssignment } from './modules/roles/index.js';
import { Tenant } from './modules/tenants/index.js';
import { User } from './modules/users/index.js';
import { Project, Workspace } from './modules/workspaces/index.js';

/** Every entity, for the data source; the rooms own them. */
export const ENTITIES = [
  Tenant,
  User,
  Group,
  GroupMember,
  GroupNesting,
  GroupClosure,
  Application,
  Assignment,
  Workspace,
  Project,
  Role,
  RoleAssignment,
  ApiClient,
  PlatformClient,
  AuditEvent,
  PlatformAuditEvent,
];
