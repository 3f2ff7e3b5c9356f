import { statement } from '../../../persistence/statement.js';

/** The rights of the role `r` as JSON, in their order. By entitlement_rights_pkey. */
export const RIGHTS_OF_ROLE = `(SELECT coalesce(json_agg(json_build_object(
    'name', g.name, 'label', g.label, 'mandatory', g.mandatory, 'multivalued', g.multivalued, 'values', g.allowed_values)
    ORDER BY g.place), '[]')
   FROM entitlement_rights g WHERE g.tenant_id = $1 AND g.role_id = r.id)`;

/** Takes away the rights that are not among those named. Values: tenant, role, names. */
export const REMOVE_RIGHTS = statement(
  'entitlements.remove_rights',
  `DELETE FROM entitlement_rights WHERE tenant_id = $1 AND role_id = $2 AND NOT name = ANY ($3::text[])`,
);

/**
 * Puts rights as they are from now on; one right at most takes any value, so those that list theirs come first.
 * Values: tenant, role, application, rights as JSON.
 */
export const PUT_RIGHTS = statement(
  'entitlements.put_rights',
  `INSERT INTO entitlement_rights (tenant_id, role_id, application_id, name, label, mandatory, multivalued, allowed_values, place)
   SELECT $1, $2, $3, each.name, each.label, each.mandatory, each.multivalued, each.values, each.place
     FROM ROWS FROM (jsonb_to_recordset($4::jsonb)
            AS (name text, label text, mandatory boolean, multivalued boolean, "values" text[]))
          WITH ORDINALITY AS each(name, label, mandatory, multivalued, "values", place)
    ORDER BY cardinality(each.values) = 0, each.place
   ON CONFLICT (tenant_id, role_id, name) DO UPDATE
      SET label = excluded.label, mandatory = excluded.mandatory, multivalued = excluded.multivalued,
          allowed_values = excluded.allowed_values, place = excluded.place`,
);

/**
 * Where rights became single or took many: the values of them follow. On one server the foreign key has done it already; a
 * cluster has none that can (src/persistence/topology/replaced-keys.ts). Values: tenant, role.
 */
export const FOLLOW_RIGHTS = statement(
  'entitlements.follow_rights',
  `UPDATE assignment_right_values v SET multivalued = g.multivalued
     FROM entitlement_rights g
    WHERE v.tenant_id = $1 AND v.role_id = $2 AND g.tenant_id = $1 AND g.role_id = $2 AND g.name = v.right_name
      AND v.multivalued <> g.multivalued`,
);

/** Values in use that their rights do not allow any more, a few. By assignment_right_values_right. Values: tenant, role. */
export const STRAY_VALUES = statement(
  'entitlements.stray_values',
  `SELECT v.right_name, v.value FROM assignment_right_values v
     JOIN entitlement_rights g ON g.tenant_id = $1 AND g.role_id = $2 AND g.name = v.right_name
    WHERE v.tenant_id = $1 AND v.role_id = $2 AND g.allowed_values <> '{}' AND NOT v.value = ANY (g.allowed_values)
    ORDER BY v.right_name, v.value LIMIT 5`,
);
