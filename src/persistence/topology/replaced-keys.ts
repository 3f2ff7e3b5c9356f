/** A foreign key that Citus refuses, and what stands for it in distributed tables. */
interface ReplacedKey {
  readonly table: string;
  readonly constraint: string;
  readonly definition: string;
}

/**
 * Citus updates no key that the tenant is a part of along with another table's. Without the copied column the key holds
 * that the right is there; the statement that changes the right changes the copies (FOLLOW_RIGHTS).
 */
export const REPLACED_KEYS: readonly ReplacedKey[] = [
  {
    table: 'assignment_right_values',
    constraint: 'assignment_right_values_right_fkey',
    definition: `FOREIGN KEY (tenant_id, role_id, right_name) REFERENCES entitlement_rights (tenant_id, role_id, name)`,
  },
];
