/** The port behind which a database is found or started: an embedded PostgreSQL, or a server named by a URL. */

/** Where a started engine listens; every field can be handed to `pg` as it is. */
export interface AddressConnection {
  /** A host name, or an absolute folder that holds a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Said outright, because `pg` would otherwise take it from PGSSLMODE. */
  readonly ssl: false;
}

/** A URL in libpq's form, passed through whole so that parameters such as `sslmode` keep their meaning. */
interface UrlConnection {
  readonly connectionString: string;
}

/** Both forms are valid `pg` client and pool options. */
export type ConnectionOptions = AddressConnection | UrlConnection;

/** What went wrong, for callers that decide by it; the message is what people read. */
export type EngineErrorCode =
  | 'unsupported_platform'
  | 'data_folder_in_use'
  | 'data_folder_unusable'
  | 'invalid_url'
  | 'start_failed'
  | 'stop_failed';

/**
 * The only error an engine throws. Its message is one line that says what failed and what to do about it,
 * without secrets, so that it may be printed as it is.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly code: EngineErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message.replace(/\s*[\r\n]+\s*/g, ' | ').trim(), options);
  }
}

/** Where an engine reports what an operator should know; a pino logger fits as it is. */
export interface EngineLog {
  info(line: string): void;
  warn(line: string): void;
}

/** An abstract class rather than an interface, so that it doubles as the injection token. */
export abstract class DatabaseEngine {
  abstract readonly kind: 'embedded' | 'server';

  /** One human line for the start banner, without secrets: `PostgreSQL 18.4, embedded in .data/postgres`. */
  abstract describe(): string;

  /**
   * Makes the database reachable and says how to reach it. Concurrent calls share one start.
   * @throws EngineError naming what failed and what to do
   */
  abstract start(): Promise<ConnectionOptions>;

  /** Gives up whatever `start` took. Idempotent, and safe while a start is still under way. */
  abstract stop(): Promise<void>;
}
