import { Moment } from './fields.js';

/** The bounds of what may hold for a time only, as every request that makes or changes such a thing takes them. */
export class ValidityFields {
  @Moment({
    description: 'It holds from this moment on; null: since ever.',
    example: '2026-11-22T09:30:00.000Z',
    optional: true,
    nullable: true,
  })
  valid_from?: string | null;

  @Moment({
    description: 'It holds before this moment, which must come after `valid_from`; null: for ever.',
    example: '2027-11-22T09:30:00.000Z',
    optional: true,
    nullable: true,
  })
  valid_until?: string | null;
}
