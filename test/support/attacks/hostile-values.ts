/** Texts that have broken programs, databases, logs, spreadsheets and templates before. */
export const HOSTILE_TEXTS: readonly string[] = [
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  "\\'; SELECT pg_sleep(9); --",
  '$1',
  '$$; SELECT 1; $$',
  "'||(SELECT secret_hash FROM api_clients LIMIT 1)||'",
  '\u0000',
  'a\u0000b',
  'a\r\nX-Injected: 1',
  '\ud800',
  '\udfff\ud800',
  '\u202Egnp.exe',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  'file:///etc/passwd',
  'http://127.0.0.1:1/latest/meta-data',
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}<%= 7*7 %>#{7*7}%s%n%x',
  '<script>alert(1)</script>',
  '=cmd|"/c calc"!A0',
  '@SUM(1+1)',
  '-1',
  '1e309',
  '9'.repeat(40),
  '(((((((((((',
  'a eq "b" or 1 eq 1',
  '*',
  '%',
  'x'.repeat(5000),
];

/** Values that are no text at all where one is expected. */
export const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  [],
  [[]],
  {},
  { $ne: null },
  { length: 1, 0: 'a' },
  { toString: 'x', constructor: { prototype: {} } },
];

/** What a caller of a tenant must never be able to set of a row. */
export const FORBIDDEN_MEMBERS: readonly string[] = [
  'tenant_id',
  'tenantId',
  'id',
  'version',
  'created_at',
  'updated_at',
  'created_by',
  'is_owner',
  'system_managed',
  'client_secret',
  'secret_hash',
  '__proto__',
  'constructor',
];

/** Some of the values, other ones for each place, so that every value comes to many places. */
export function someOf<Value>(values: readonly Value[], place: number, count: number): Value[] {
  return Array.from(
    { length: Math.min(count, values.length) },
    (_, at) => values[(place * count + at) % values.length]!,
  );
}
