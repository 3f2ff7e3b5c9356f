import { DomainError, type FieldIssue } from '../../../kernel/domain-error.js';
import { shown } from '../../../http/fields/field.js';
import type { ImportKind } from '../kinds/import-kind.js';

/** For each field of a header, which column of the kind it names. Errors: 422 naming all that are unknown, double or missing. */
export function readHeader(kind: ImportKind, header: readonly (string | null)[], line: number): number[] {
  const names = header.map((name) => name ?? '');
  const known = kind.columns.map((column) => column.name);
  const unknown = names.filter((name) => !known.includes(name));
  const double = names.filter((name, index) => known.includes(name) && names.indexOf(name) !== index);
  const issues = [
    ...unknown.map((name) =>
      issue(line, 'unknown_column', `${shown(name)} is no column of ${kind.name}: ${known.join(', ')}`),
    ),
    ...[...new Set(double)].map((name) =>
      issue(line, 'duplicate_column', `the column ${name} stands there more than once`),
    ),
    ...missingIn(kind, names).map((column) => issue(line, 'missing_column', `the column ${column} is missing`)),
  ];
  if (issues.length === 0) return names.map((name) => known.indexOf(name));
  throw new DomainError('invalid', 'validation_failed', issues.map(({ msg }) => msg).join('; '), issues);
}

/** The columns that must be there and are not, alternatives as `a, b or c`. */
function missingIn(kind: ImportKind, names: readonly string[]): string[] {
  return kind.required
    .filter((alternatives) => !alternatives.some((name) => names.includes(name)))
    .map((alternatives) => alternatives.join(' or '));
}

function issue(line: number, type: string, msg: string): FieldIssue {
  return { loc: ['body', line], msg, type };
}
