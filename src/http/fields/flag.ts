import { field, type FieldOptions } from './field.js';

/** `true` or `false` in a body. */
export function Flag(options: FieldOptions): PropertyDecorator {
  const rule = { type: 'boolean', expected: 'true or false', accepts: (value: unknown) => typeof value === 'boolean' };
  return field(options, rule, { type: Boolean });
}
