/** Hour, minute and second are Date.parse's to check; of hours it would take 24 as well. */
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i;

const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Whether `value` is a date and time as RFC 3339 section 5.6 has it, of the years 1 to 9999 in UTC. Date.parse alone takes
 * February 31, the year 0 and offsets that PostgreSQL does not.
 */
export function isMoment(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const at = Date.parse(value);
  if (Number.isNaN(at) || at < FIRST || at > LAST) return false;
  const [, year, month, day] = (MOMENT.exec(value) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
