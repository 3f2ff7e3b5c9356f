import { DomainError } from '../kernel/domain-error.js';
import { CONSTRAINT_ERRORS, type Refusal } from './constraint-errors.js';
import { isStaleStatement } from './pipeline/stale-statement.js';

/** What pg tells of a refused statement. */
interface DriverError {
  readonly code?: string;
  readonly constraint?: string;
  readonly message: string;
}

const RETRY_SAFE = new Set(['40001', '40P01']); // serialization_failure, deadlock_detected
const LOCK_TIMEOUT = '55P03';
const CONSTRAINT_CLASS = '23';
/**
 * Classes and codes of PostgreSQL and of sockets that say: not now. 25006 is a primary that has become a replica; 28 and 3D000
 * a login that is refused and a database that is not there, such as while somebody changes the one or restores the other.
 */
const UNANSWERED =
  /^(08|28|57P0|53|58|3D000|55000|25006)|^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_)/;
/** What Node calls a server that TLS does not let us trust. */
const UNTRUSTED = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_)/;
const STATEMENT_TIMEOUT = '57014';
const DISK_FULL = '53100';
/** The connection ended, or the server ended the session: the open transaction is gone with it. */
const LOST_CODE = /^(08|57P0[12])|^(ECONNRESET|EPIPE|ETIMEDOUT)/;
const LOST_MESSAGE = /Connection terminated|not queryable|already released/i;
const UNANSWERED_MESSAGE =
  /timeout expired|timeout exceeded when trying to connect|Query read timeout|is closed|calling end on the pool/;
/** What a cluster calls an internal error where it lost a node under a COMMIT, or under rows that it was sending there. */
const INTERNAL_ERROR = 'XX000';
const LOST_NODE = /^could not commit transaction for shard |^terminating connection due to /;

/** Whether the transaction was refused only because of another one, so that running it again is right. */
export function isRetrySafe(error: unknown): boolean {
  return RETRY_SAFE.has(driverErrorOf(error)?.code ?? '');
}

/** Whether the connection was lost underneath; what had not been committed by then never will be. */
export function isConnectionLoss(error: unknown): boolean {
  const driver = driverErrorOf(error);
  return driver !== null && (LOST_CODE.test(driver.code ?? '') || LOST_MESSAGE.test(driver.message));
}

/** Whether it is for whoever opened the transaction to say what is to be done: all of it may be run again. */
export function endsTransaction(error: unknown): boolean {
  return isRetrySafe(error) || isConnectionLoss(error) || isStaleStatement(error);
}

/**
 * The domain error that a refusal of the database stands for; anything unknown comes back as it is (and becomes a 500
 * that says nothing of it). `input` is what the change was made from, so that the message can say the refused value.
 */
export function toDomainError(error: unknown, input: Readonly<Record<string, unknown>> = {}): unknown {
  const driver = driverErrorOf(error);
  if (driver === null) return error;
  const code = driver.code ?? '';
  if (code.startsWith(CONSTRAINT_CLASS)) {
    const refusal = refusalOf(driver);
    if (!refusal) return error;
    return new DomainError(refusal.kind, refusal.code, refusal.message(input), refusal.issues?.(input));
  }
  if (code === STATEMENT_TIMEOUT) {
    return new DomainError(
      'unavailable',
      'statement_timeout',
      'The database took too long to answer; ask for less, or try again.',
    );
  }
  if (code === DISK_FULL) {
    return new DomainError(
      'unavailable',
      'database_full',
      'The database has no space left on its disk, so nothing was written; it needs an administrator.',
    );
  }
  if (isUnanswered(driver) || isConnectionLoss(error)) {
    return new DomainError(
      'unavailable',
      'database_unavailable',
      'The database does not answer at the moment; try again.',
    );
  }
  if (RETRY_SAFE.has(code) || code === LOCK_TIMEOUT) {
    return new DomainError('unavailable', 'busy', 'Other changes to the same rows were in the way; try again.');
  }
  return error;
}

/** Whether a connection failed because the server could not be trusted over TLS, or does not speak it. */
export function isUntrusted(error: unknown): boolean {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return UNTRUSTED.test(code) || message.includes('does not support SSL');
}

function isUnanswered({ code = '', message }: DriverError): boolean {
  if (code === INTERNAL_ERROR && LOST_NODE.test(message)) return true;
  return UNANSWERED.test(code) || UNTRUSTED.test(code) || UNANSWERED_MESSAGE.test(message);
}

/**
 * What the constraint means that was violated. A cluster passes on the words of a node without the name: it is looked for
 * in them, and ends in the number of its shard.
 */
function refusalOf({ constraint, message }: DriverError): Refusal | undefined {
  const names = constraint === undefined ? (message.match(/\w+/g) ?? []) : [constraint];
  const known = names.map((name) => name.replace(/_\d+$/, '')).find((name) => Object.hasOwn(CONSTRAINT_ERRORS, name));
  return known === undefined ? undefined : CONSTRAINT_ERRORS[known];
}

function driverErrorOf(error: unknown): DriverError | null {
  if (error instanceof DomainError || !(error instanceof Error)) return null;
  const inner = (error as { driverError?: unknown }).driverError;
  return inner instanceof Error ? inner : error;
}
