/** Whether what holds from `valid_from` until `valid_until` holds at all times, as SQL over the columns of `row`. */
export function holdsAlways(row: string): string {
  return `${row}.valid_from IS NULL AND ${row}.valid_until IS NULL`;
}

/** Whether it holds now, by the database's clock: from `valid_from` on and before `valid_until`. */
export function holdsNow(row: string): string {
  return `(${row}.valid_from IS NULL OR ${row}.valid_from <= now()) AND (${row}.valid_until IS NULL OR ${row}.valid_until > now())`;
}

/** Whether it has held and does not any more; such a row is in the way of nothing. */
export function hasExpired(row: string): string {
  return `(${row}.valid_until IS NOT NULL AND ${row}.valid_until <= now())`;
}

/** `valid`, `scheduled` or `expired`, by the database's clock. */
export function stateOf(row: string): string {
  return `CASE WHEN ${row}.valid_until <= now() THEN 'expired' WHEN ${row}.valid_from > now() THEN 'scheduled' ELSE 'valid' END`;
}
