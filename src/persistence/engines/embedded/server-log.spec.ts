import { causeIn } from './server-log.js';

const STAMP = '2026-11-22 04:17:48.329 UTC [15681] ';

describe('the cause of a failed start', () => {
  it('is what is left without time stamps and routine remarks', () => {
    const log = [
      `${STAMP}LOG:  starting PostgreSQL 18.4 on x86_64-pc-linux-gnu`,
      `${STAMP}LOG:  listening on Unix socket "/data/.s.PGSQL.5432"`,
      `${STAMP}FATAL:  could not map anonymous shared memory: Cannot allocate memory`,
      `${STAMP}LOG:  database system is shut down`,
      'pg_ctl: could not start server',
      'Examine the log output.',
      '',
    ];
    expect(causeIn(log.join('\n'))).toBe('FATAL:  could not map anonymous shared memory: Cannot allocate memory');
  });

  it('keeps the remark that explains a refused setting', () => {
    const log = `${STAMP}LOG:  invalid value for parameter "fsync": "x"\n${STAMP}FATAL:  configuration file contains errors\n`;
    expect(causeIn(log)).toMatch(/^LOG: {2}invalid value .*\nFATAL: {2}configuration file contains errors$/);
  });

  it('is nothing when the server was killed while it recovered', () => {
    const log = [
      'pg_ctl: another server might be running; trying to start server anyway',
      `${STAMP}LOG:  database system was interrupted while in recovery at 2026-11-22 04:17:48 UTC`,
      `${STAMP}HINT:  This probably means that some data is corrupted and you will have to use the last backup.`,
      `${STAMP}[unknown]@postgres FATAL:  the database system is starting up`,
      'pg_ctl: could not start server',
    ];
    expect(causeIn(log.join('\n'))).toBe('');
  });

  it('is at most the last five lines', () => {
    expect(causeIn('1\n2\n3\n4\n5\n6\n7\n')).toBe('3\n4\n5\n6\n7');
  });
});
