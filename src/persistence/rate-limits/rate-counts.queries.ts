import { statement } from '../statement.js';

/** In the order of the callers, so that instances that add at the same time do not block one another. By rate_counts_pkey. */
export const ADD_COUNTS = statement(
  'rate_limits.add',
  `INSERT INTO rate_counts AS known (minute, caller, admitted)
   SELECT $1::bigint, caller, admitted
     FROM unnest($2::text[], $3::bigint[]) AS added (caller, admitted)
    ORDER BY caller
   ON CONFLICT (minute, caller) DO UPDATE SET admitted = known.admitted + excluded.admitted
   RETURNING caller, admitted::float8 AS admitted`,
);

/** What nobody asks for any more. By rate_counts_pkey. */
export const FORGET_COUNTS = statement('rate_limits.forget', `DELETE FROM rate_counts WHERE minute < $1::bigint`);
