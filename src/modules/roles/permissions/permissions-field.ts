import { DomainError, listedIssues } from '../../../kernel/domain-error.js';
import { ADMINISTRATION_PERMISSIONS, OWN_PREFIX, isKnownPermission } from '../../../kernel/permissions.js';
import { field, shown, type FieldOptions } from '../../../http/fields/field.js';
import { isName } from '../../../http/fields/fields.js';

/** Permissions of one role. */
const MOST_PERMISSIONS = 1000;
/** Characters of one permission. */
const LONGEST_PERMISSION = 200;

/** A list of permissions, also an empty one; repeats count once, and the order is kept. */
export function Permissions(options: FieldOptions): PropertyDecorator {
  const accepts = (value: unknown): boolean =>
    Array.isArray(value) && value.length <= MOST_PERMISSIONS && value.every(isName);
  const reads = (value: unknown): unknown => (Array.isArray(value) ? [...new Set<unknown>(value)] : value);
  const expected = `a list of at most ${MOST_PERMISSIONS} texts of 1 to ${LONGEST_PERMISSION} characters without control or invisible characters or spaces at their ends`;
  return field(
    options,
    { type: 'permissions', expected, accepts, reads },
    {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: LONGEST_PERMISSION },
      maxItems: MOST_PERMISSIONS,
    },
  );
}

/** Refuses permissions that begin like ours and are none. Errors: 422 naming each, with those that there are. */
export function checkPermissions(permissions: readonly string[]): void {
  const issues = permissions.flatMap((permission, place) => {
    if (isKnownPermission(permission)) return [];
    const known = ADMINISTRATION_PERMISSIONS.join(', ');
    const msg = `a permission that begins with ${OWN_PREFIX} must be one of ${known}, not ${shown(permission)}`;
    return [{ loc: ['body', 'permissions', place], msg, type: 'permission' }];
  });
  if (issues.length === 0) return;
  throw new DomainError('invalid', 'validation_failed', issues[0]?.msg ?? '', listedIssues(issues));
}
