import { SETTINGS } from './settings.js';
import { SettingError } from './setting-types.js';

type Settings = { readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]['fallback'] };

/** The whole validated configuration. An abstract class, so that it is its own injection token. */
export abstract class Config implements Settings {
  abstract readonly port: number;
  abstract readonly host: string;
  abstract readonly publicUrl: string | null;
  abstract readonly trustedProxies: readonly string[];
  abstract readonly corsOrigins: readonly string[];
  abstract readonly databaseUrl: string | null;
  abstract readonly databaseTopology: Settings['databaseTopology'];
  abstract readonly dataDir: string;
  abstract readonly databaseReplicaUrls: Settings['databaseReplicaUrls'];
  abstract readonly databasePoolSize: number;
  abstract readonly databasePipelines: number;
  abstract readonly databasePreparedStatements: boolean;
  abstract readonly databasePooler: boolean;
  abstract readonly databaseWatchUrl: string | null;
  abstract readonly statementTimeoutMs: number;
  abstract readonly filterTimeoutMs: number;
  abstract readonly lockTimeoutMs: number;
  abstract readonly slowStatementMs: number;
  abstract readonly demoData: boolean | null;
  abstract readonly bootstrapClientId: string | null;
  abstract readonly bootstrapClientSecret: string | null;
  abstract readonly tokenAudience: string;
  abstract readonly tokenTtlSeconds: number;
  abstract readonly authCacheSeconds: number;
  abstract readonly authIssuers: Settings['authIssuers'];
  abstract readonly logLevel: Settings['logLevel'];
  abstract readonly bodyLimitBytes: number;
  abstract readonly clientTimeoutMs: number;
  abstract readonly compression: boolean;
  abstract readonly rateLimitClient: number;
  abstract readonly rateLimitTenant: number;
  abstract readonly rateLimitAddress: number;
  abstract readonly importsAtOnce: number;
  abstract readonly serverTiming: boolean;
  abstract readonly metricsPort: number | null;
  abstract readonly metricsPath: string | null;
  abstract readonly otlpEndpoint: string | null;
  abstract readonly drainSeconds: number;
  abstract readonly shutdownSeconds: number;
  abstract readonly docsEnabled: boolean;
}

/** The configuration cannot be used; `problems` has one line for each wrong variable. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads and checks all settings at once. `servesNobody`: for work on the database alone, which needs no PUBLIC_URL. Throws a
 * ConfigError that names every wrong variable.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, { servesNobody = false } = {}): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { variable, read, fallback }] of Object.entries(SETTINGS)) {
    const raw = env[variable];
    try {
      values[name] = raw === undefined || raw === '' ? fallback : read(raw);
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      problems.push(`${variable} must be ${error.message}.`);
    }
  }
  if (problems.length === 0) problems.push(...contradictions(values as unknown as Config, servesNobody));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as unknown as Config;
}

/** What is wrong with the settings taken together. */
function contradictions(config: Config, servesNobody: boolean): string[] {
  const found: string[] = [];
  if (config.databaseUrl !== null && config.publicUrl === null && !servesNobody) {
    found.push(
      'PUBLIC_URL must be set with DATABASE_URL: it is the issuer of the tokens and must be the same on every instance.',
    );
  }
  if ((config.bootstrapClientId === null) !== (config.bootstrapClientSecret === null)) {
    found.push('BOOTSTRAP_CLIENT_ID and BOOTSTRAP_CLIENT_SECRET must be set together.');
  }
  if (config.databaseWatchUrl !== null && !config.databasePooler) {
    found.push(
      'DATABASE_WATCH_URL is for DATABASE_POOLER=true; without a pooler the server of DATABASE_URL is watched.',
    );
  }
  if (config.metricsPort !== null && config.metricsPort === config.port) {
    found.push('METRICS_PORT must be another port than PORT; for metrics on PORT, set METRICS_PATH alone.');
  }
  return found;
}
