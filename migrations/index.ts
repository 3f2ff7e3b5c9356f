import { CreateRolesAndTenants1795305600000 } from './1795305600000-create-roles-and-tenants.js';
import { CreateDirectory1795305600001 } from './1795305600001-create-directory.js';
import { CreateApplicationsAndAssignments1795305600002 } from './1795305600002-create-applications-and-assignments.js';
import { CreateClientsAndKeys1795305600003 } from './1795305600003-create-clients-and-keys.js';
import { CreateAuditAndIdempotency1795305600004 } from './1795305600004-create-audit-and-idempotency.js';
import { AddValidityAndUserSets1795305600005 } from './1795305600005-add-validity-and-user-sets.js';
import { CreateImports1795305600006 } from './1795305600006-create-imports.js';
import { IndexAssignmentsOfApplication1795305600007 } from './1795305600007-index-assignments-of-application.js';
import { CreateWorkspaces1795305600008 } from './1795305600008-create-workspaces.js';
import { CreateRoles1795305600009 } from './1795305600009-create-roles.js';
import { FreeClosureOfAKey1795305600010 } from './1795305600010-free-closure-of-a-key.js';
import { IndexFilters1795305600011 } from './1795305600011-index-filters.js';
import { CreateEntitlements1795305600012 } from './1795305600012-create-entitlements.js';
import { CreateDynamicGroups1795305600013 } from './1795305600013-create-dynamic-groups.js';
import { AddFilterKeys1795305600015 } from './1795305600015-add-filter-keys.js';
import { IndexAdministration1795305600016 } from './1795305600016-index-administration.js';
import { CreateRateCounts1795305600017 } from './1795305600017-create-rate-counts.js';

/** Every migration, oldest first. */
export const MIGRATIONS = [
  CreateRolesAndTenants1795305600000,
  CreateDirectory1795305600001,
  CreateApplicationsAndAssignments1795305600002,
  CreateClientsAndKeys1795305600003,
  CreateAuditAndIdempotency1795305600004,
  AddValidityAndUserSets1795305600005,
  CreateImports1795305600006,
  IndexAssignmentsOfApplication1795305600007,
  CreateWorkspaces1795305600008,
  CreateRoles1795305600009,
  FreeClosureOfAKey1795305600010,
  IndexFilters1795305600011,
  CreateEntitlements1795305600012,
  CreateDynamicGroups1795305600013,
  AddFilterKeys1795305600015,
  IndexAdministration1795305600016,
  CreateRateCounts1795305600017,
];
