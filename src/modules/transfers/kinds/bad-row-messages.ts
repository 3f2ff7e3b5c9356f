import { shown } from '../../../http/fields/field.js';
import type { BadRow } from './import-kind.js';

/** What is said of a bad row: the words of the API where it refuses the same. */
export function badRowMessage({ column_name: column, code, value }: BadRow): string {
  if (code.endsWith('_taken')) return `${column} ${shown(value)} is already taken in this tenant; choose another.`;
  if (code === 'group_is_dynamic') return `The group ${value} is dynamic: its rule says who is in it.`;
  if (code === 'nesting_cycle') return `The nesting would close a cycle: ${value}.`;
  const resource = code.replace(/_not_found$/, '');
  return column.endsWith('_id') && !/external|client/.test(column)
    ? `No ${resource} ${value} in this tenant.`
    : `No ${resource} with the ${column.replace(/^(?:user|group|parent|child|application)_/, '')} ${shown(value)} in this tenant.`;
}
