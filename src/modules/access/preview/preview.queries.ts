import { statement } from '../../../persistence/statement.js';
import { listOf } from '../../users/index.js';

/**
 * The applications to which a change may alter access, in the order of their ids: those named, those assigned to a group
 * or to any group around it, and those assigned to a user directly or so. Also what does not hold now is among them,
 * because a change may make it hold. Values: tenant, applications, groups, users, whether all are.
 */
export const APPLICATIONS_IN_REACH = statement(
  'access.applications_in_reach',
  `SELECT p.id FROM applications p WHERE p.tenant_id = $1 AND ($5::bool OR p.id = ANY ($2::uuid[]))
   UNION
   SELECT a.application_id FROM assignments a WHERE a.tenant_id = $1 AND a.user_id = ANY ($4::uuid[])
   UNION
   SELECT a.application_id
     FROM (SELECT unnest($3::uuid[]) AS group_id
           UNION
           SELECT m.group_id FROM memberships m WHERE m.tenant_id = $1 AND m.user_id = ANY ($4::uuid[])) holder
     JOIN group_closure c ON c.tenant_id = $1 AND c.descendant_id = holder.group_id
     JOIN assignments a ON a.tenant_id = $1 AND a.group_id = c.ancestor_id
    ORDER BY id`,
);

/** Values: tenant, users. */
export const ORDINALS_OF = statement(
  'access.ordinals_of',
  `SELECT ordinal FROM users WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`,
);

/** The members of a group at all times, as sets of users are answered. Values: tenant, group. */
export const MEMBERS_OF = statement(
  'access.members_of',
  `SELECT s.chunk, bit_send(s.bits) AS bits, ${listOf('s')} AS lists, NULL::bytea AS ordinals
     FROM user_sets s WHERE s.tenant_id = $1 AND s.owner_id = $2`,
);

/** Users by their ordinals, in the order given. Values: tenant, ordinals. */
export const NAMED_USERS = statement(
  'access.named_users',
  `SELECT u.id AS user_id, u.user_name
     FROM unnest($2::int[]) WITH ORDINALITY changed(ordinal, place)
     JOIN users u ON u.tenant_id = $1 AND u.ordinal = changed.ordinal
    ORDER BY changed.place`,
);

/** The names that go with changed access, in the order given. Values: tenant, applications, ordinals. */
export const NAMED_ACCESS = statement(
  'access.named_access',
  `SELECT u.id AS user_id, u.user_name, p.id AS application_id, p.name AS application_name
     FROM ROWS FROM (unnest($2::uuid[]), unnest($3::int[])) WITH ORDINALITY changed(application_id, ordinal, place)
     JOIN applications p ON p.tenant_id = $1 AND p.id = changed.application_id
     JOIN users u ON u.tenant_id = $1 AND u.ordinal = changed.ordinal
    ORDER BY changed.place`,
);
