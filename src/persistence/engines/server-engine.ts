/** A PostgreSQL server that somebody else runs, named by a URL: nothing is started and nothing is stopped. */
import { DatabaseEngine, EngineError, type ConnectionOptions } from './database-engine.js';

const EXAMPLE = 'postgresql://user:password@host:5432/doorlist';

/** `user@/db?host=/folder` is valid for libpq, but no URL in the WHATWG sense until it has some host. */
const NO_HOST = '@no-host/';

export class ServerEngine extends DatabaseEngine {
  readonly kind = 'server';
  private readonly url: URL;

  /**
   * @param connectionString the value of DATABASE_URL; its query parameters (`sslmode`, `host`) are kept
   * @throws EngineError when it is no PostgreSQL URL; the value itself is not repeated, for it may hold a password
   */
  constructor(private readonly connectionString: string) {
    super();
    this.url = parsePostgresUrl(connectionString);
  }

  describe(): string {
    const host = this.url.searchParams.get('host') ?? this.url.hostname.replace('no-host', '');
    const port = this.url.searchParams.get('port') ?? this.url.port;
    const database = decodeURIComponent(this.url.pathname.slice(1));
    const place = `${decodeURIComponent(host) || 'the default host'}:${port || '5432'}`;
    return `PostgreSQL server at ${place}${database ? `, database ${database}` : ''}`;
  }

  start(): Promise<ConnectionOptions> {
    return Promise.resolve({ connectionString: this.connectionString });
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function parsePostgresUrl(text: string): URL {
  const candidate = text.replace('@/', NO_HOST);
  const url = URL.canParse(candidate) ? new URL(candidate) : undefined;
  if (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') return url;
  throw new EngineError('invalid_url', `DATABASE_URL is not a PostgreSQL URL; expected a form like ${EXAMPLE}`);
}
