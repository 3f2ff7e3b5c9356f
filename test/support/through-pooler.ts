/** What stands in for which server, as `{"server": "host:port", "pooler": "host:port"}`. */
export const POOLER_VARIABLE = 'DOORLIST_TEST_POOLER';

/** Settings of a service behind it: PgBouncer before 1.21 keeps no prepared statements. */
const BEHIND_A_POOLER = { DATABASE_POOLER: 'true', DATABASE_PREPARED_STATEMENTS: 'false' };

/** Which server a URL names: one of a host, or of a folder with its socket. */
export function serverOf(url: URL): string {
  return `${url.searchParams.get('host') ?? url.hostname}:${url.port || '5432'}`;
}

/** The variables of a service, with the pooler in place of the server that it stands in for, where the run has one. */
export function throughPooler(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const stored = process.env[POOLER_VARIABLE];
  if (stored === undefined || env.DATABASE_URL === undefined || !URL.canParse(env.DATABASE_URL)) return env;
  const { server, pooler } = JSON.parse(stored) as { server: string; pooler: string };
  const url = new URL(env.DATABASE_URL);
  if (serverOf(url) !== server) return env;
  url.searchParams.delete('host');
  url.host = pooler;
  return { ...env, ...BEHIND_A_POOLER, DATABASE_URL: url.href };
}
