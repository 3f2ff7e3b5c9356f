import type { ReadSetting } from './setting-types.js';
import {
  absoluteUri,
  boolean,
  choice,
  httpUrlWithoutPathEnd,
  integer,
  json,
  list,
  postgresUrl,
  secret,
  text,
  word,
} from './setting-types.js';
import { listOf, networkAddresses, plainPath, publicUrl, webOrigin } from './ingress-types.js';
import { outsideIssuers, type OutsideIssuer } from './outside-issuers.js';

/** One environment variable: how it is read, what it is when unset, and the sentence the README prints about it. */
interface Setting<T> {
  readonly variable: string;
  readonly read: ReadSetting<T>;
  readonly fallback: T;
  readonly about: string;
}

function setting<T>(variable: string, read: ReadSetting<T>, fallback: T, about: string): Setting<T> {
  return { variable, read, fallback, about };
}

const NONE: readonly string[] = [];

/** Requests a minute, all instances together. */
function rateLimit(variable: string, about: string): Setting<number> {
  return setting(variable, integer(0, 10_000_000), 0, about);
}

/** Shortest bootstrap secret: as many characters as make guessing hopeless even for a plain word-and-digit secret. */
const SHORTEST_SECRET = 32;

/** Every setting of the service. The README's table is compared with this list by a test. */
export const SETTINGS = {
  port: setting('PORT', integer(0, 65_535), 3000, 'Port to listen on; 0 takes a free one'),
  host: setting('HOST', text(1, 255), '127.0.0.1', 'Address to listen on; 0.0.0.0 for all'),
  publicUrl: setting<string | null>(
    'PUBLIC_URL',
    publicUrl,
    null,
    'URL under which callers reach the service: issuer of its tokens and base of every absolute URL; its path is the base path; required with DATABASE_URL',
  ),
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    networkAddresses,
    NONE,
    'Addresses and networks of proxies whose X-Forwarded-For is believed, separated by commas',
  ),
  corsOrigins: setting(
    'CORS_ORIGINS',
    listOf(webOrigin),
    NONE,
    'Origins whose pages may call the service, separated by commas',
  ),
  databaseUrl: setting<string | null>(
    'DATABASE_URL',
    postgresUrl,
    null,
    'PostgreSQL server, 15 or later, with `sslmode=verify-full` over TLS; unset: an embedded one',
  ),
  databaseTopology: setting<'single' | 'citus' | null>(
    'DATABASE_TOPOLOGY',
    choice('single', 'citus'),
    null,
    'single, or citus for tables distributed by tenant; unset: citus where the database has that extension',
  ),
  dataDir: setting('DATA_DIR', text(1, 4096), '.data', 'Folder of the embedded database'),
  databaseReplicaUrls: setting<readonly string[]>(
    'DATABASE_REPLICA_URL',
    list(postgresUrl),
    [],
    'Standbys of it that reads may be answered from, separated by commas; see "Read replicas"',
  ),
  databasePoolSize: setting('DATABASE_POOL_SIZE', integer(1, 500), 10, 'Connections for transactions'),
  databasePipelines: setting(
    'DATABASE_PIPELINES',
    integer(1, 100),
    4,
    'Pipelined connections for quick reads, and as many for long ones',
  ),
  databasePreparedStatements: setting(
    'DATABASE_PREPARED_STATEMENTS',
    boolean,
    true,
    'Keep statements prepared; off behind a transaction pooler that does not',
  ),
  databasePooler: setting(
    'DATABASE_POOLER',
    boolean,
    false,
    'DATABASE_URL names a pooler in transaction mode, such as PgBouncer; see "Behind PgBouncer"',
  ),
  databaseWatchUrl: setting<string | null>(
    'DATABASE_WATCH_URL',
    postgresUrl,
    null,
    'The server itself, where DATABASE_URL names a pooler: one connection asks it whether it is there',
  ),
  statementTimeoutMs: setting(
    'STATEMENT_TIMEOUT_MS',
    integer(100, 600_000),
    30_000,
    'Longest time of one statement, in milliseconds',
  ),
  filterTimeoutMs: setting(
    'FILTER_TIMEOUT_MS',
    integer(100, 600_000),
    5000,
    'Longest time of one statement with a filter, in milliseconds',
  ),
  lockTimeoutMs: setting(
    'LOCK_TIMEOUT_MS',
    integer(100, 600_000),
    5000,
    'Longest wait of one statement for rows that another request is changing, in milliseconds',
  ),
  slowStatementMs: setting(
    'SLOW_STATEMENT_MS',
    integer(0, 600_000),
    1000,
    'Time from which a statement is logged by its name, in milliseconds; 0: none is',
  ),
  demoData: setting<boolean | null>(
    'DEMO_DATA',
    boolean,
    null,
    'Create the demo tenant where there is no tenant yet; unset: only on the embedded database',
  ),
  bootstrapClientId: setting<string | null>(
    'BOOTSTRAP_CLIENT_ID',
    word(3, 100),
    null,
    'A platform client that is created at start if it is not there',
  ),
  bootstrapClientSecret: setting<string | null>(
    'BOOTSTRAP_CLIENT_SECRET',
    secret(SHORTEST_SECRET, 200),
    null,
    'Its secret',
  ),
  tokenAudience: setting(
    'TOKEN_AUDIENCE',
    absoluteUri(3, 200),
    'urn:doorlist:api',
    'Audience of our own tokens (an absolute URI)',
  ),
  tokenTtlSeconds: setting('TOKEN_TTL_SECONDS', integer(60, 86_400), 3600, 'Life of our own tokens, in seconds'),
  authCacheSeconds: setting(
    'AUTH_CACHE_SECONDS',
    integer(0, 60),
    5,
    'Longest time for which a revoked client or a suspended tenant is still let in by another instance, in seconds',
  ),
  authIssuers: setting<readonly OutsideIssuer[]>(
    'AUTH_ISSUERS',
    json(outsideIssuers),
    [],
    'Outside token issuers that are trusted: a JSON array, see "Tokens of your own identity provider"',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'info',
    'How much is logged, as JSON lines on standard output',
  ),
  bodyLimitBytes: setting('BODY_LIMIT_BYTES', integer(1024, 104_857_600), 4_194_304, 'Largest request body, in bytes'),
  clientTimeoutMs: setting(
    'CLIENT_TIMEOUT_MS',
    integer(1000, 600_000),
    60_000,
    'Longest time for a request to arrive, and for a client to take nothing of a file or an answer, in milliseconds',
  ),
  compression: setting('COMPRESSION', boolean, true, 'Compress answers for callers that take gzip'),
  rateLimitClient: rateLimit('RATE_LIMIT_CLIENT', 'Requests a minute of one API client, or of one user; 0: no limit'),
  rateLimitTenant: rateLimit('RATE_LIMIT_TENANT', 'Requests a minute with tokens of one tenant; 0: no limit'),
  rateLimitAddress: rateLimit(
    'RATE_LIMIT_ADDRESS',
    'Requests a minute from one address to what asks for no token, such as the token endpoint; 0: no limit',
  ),
  importsAtOnce: setting('IMPORTS_AT_ONCE', integer(1, 100), 2, 'Files that one instance imports at the same time'),
  serverTiming: setting(
    'SERVER_TIMING',
    boolean,
    false,
    'Answer a Server-Timing header with the number of database statements of each request',
  ),
  metricsPort: setting<number | null>(
    'METRICS_PORT',
    integer(1, 65_535),
    null,
    'Port of its own for metrics in the form of Prometheus',
  ),
  metricsPath: setting<string | null>(
    'METRICS_PATH',
    plainPath,
    null,
    'Path of the metrics (`/metrics` on a port of their own); without METRICS_PORT they are served on PORT',
  ),
  otlpEndpoint: setting<string | null>(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    httpUrlWithoutPathEnd,
    null,
    'OpenTelemetry collector that gets a trace of each request, over OTLP and HTTP',
  ),
  drainSeconds: setting(
    'DRAIN_SECONDS',
    integer(0, 600),
    0,
    'How long to go on answering, but no longer be ready, before stopping, in seconds',
  ),
  shutdownSeconds: setting(
    'SHUTDOWN_SECONDS',
    integer(1, 600),
    8,
    'Longest wait for requests in flight when stopping, in seconds',
  ),
  docsEnabled: setting('DOCS_ENABLED', boolean, true, 'Serve Swagger UI at /docs'),
} as const;
