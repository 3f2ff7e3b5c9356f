import type { TransferKind } from '../transfer-kinds.js';
import type { ImportKind } from './import-kind.js';
import { GROUPS_IMPORT } from './groups.import.js';
import { MEMBERSHIPS_IMPORT } from './memberships.import.js';
import { NESTINGS_IMPORT } from './nestings.import.js';
import { APPLICATIONS_IMPORT } from './applications.import.js';
import { ASSIGNMENTS_IMPORT } from './assignments.import.js';
import { USERS_IMPORT } from './users.import.js';

/** How each kind of file becomes rows. */
export const IMPORT_KINDS: Readonly<Record<TransferKind, ImportKind>> = {
  users: USERS_IMPORT,
  groups: GROUPS_IMPORT,
  memberships: MEMBERSHIPS_IMPORT,
  nestings: NESTINGS_IMPORT,
  applications: APPLICATIONS_IMPORT,
  assignments: ASSIGNMENTS_IMPORT,
};
