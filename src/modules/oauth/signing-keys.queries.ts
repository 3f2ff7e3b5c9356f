import { statement } from '../../persistence/statement.js';

/** A signing key with its times as distances from the database's clock, so that the clocks of instances do not matter. */
export interface SigningKeyRow {
  readonly kid: string;
  readonly private_jwk: Readonly<Record<string, string>>;
  /** Milliseconds until it signs; negative since it does. */
  readonly signs_in: number;
  /** Milliseconds until it is no longer published; null while it has no successor. */
  readonly retires_in: number | null;
}

/** Any fixed number: the advisory lock under which keys are made, so that instances starting together make one. */
export const SIGNING_KEYS_LOCK = 4_717_300_130;

export const LOCK_SIGNING_KEYS = statement('signing_keys.lock', 'SELECT pg_advisory_xact_lock($1)');

/** The published keys; there are never more than a few, so no index is asked for. */
export const READ_SIGNING_KEYS = statement(
  'signing_keys.read',
  `SELECT kid, private_jwk,
          (EXTRACT(EPOCH FROM signs_from - clock_timestamp()) * 1000)::float8 AS signs_in,
          (EXTRACT(EPOCH FROM retires_at - clock_timestamp()) * 1000)::float8 AS retires_in
     FROM signing_keys
    WHERE retires_at IS NULL OR retires_at > clock_timestamp()
    ORDER BY signs_from, kid`,
);

/** To be run under the lock: makes the first key, which signs at once, where no key is in use. */
export const INSERT_FIRST_SIGNING_KEY = statement(
  'signing_keys.insert_first',
  `INSERT INTO signing_keys (kid, private_jwk, created_at, signs_from)
   SELECT $1, $2::jsonb, clock_timestamp(), clock_timestamp()
    WHERE NOT EXISTS (SELECT FROM signing_keys WHERE retires_at IS NULL)
   RETURNING kid`,
);

/** $3: seconds from now until the new key signs. */
export const INSERT_NEXT_SIGNING_KEY = statement(
  'signing_keys.insert_next',
  `INSERT INTO signing_keys (kid, private_jwk, created_at, signs_from)
   VALUES ($1, $2::jsonb, clock_timestamp(), clock_timestamp() + make_interval(secs => $3))`,
);

/** $1: the new key; $2: seconds from now after which no token of the others is alive. */
export const RETIRE_OTHER_SIGNING_KEYS = statement(
  'signing_keys.retire_others',
  `UPDATE signing_keys SET retires_at = statement_timestamp() + make_interval(secs => $2) WHERE kid <> $1 AND retires_at IS NULL`,
);

export const PRUNE_SIGNING_KEYS = statement(
  'signing_keys.prune',
  'DELETE FROM signing_keys WHERE retires_at < statement_timestamp() RETURNING kid',
);
