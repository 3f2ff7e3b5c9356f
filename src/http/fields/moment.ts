import { isMoment } from '../../kernel/moment.js';
import type { FieldRule } from './field.js';

/** A date and time as RFC 3339 section 5.6 has it, of the years 1 to 9999 in UTC. */
export const MOMENT_RULE: FieldRule = {
  type: 'date_time',
  expected: 'a date and time such as 2026-11-22T09:30:00Z',
  accepts: isMoment,
};
