import { statement } from '../../../persistence/statement.js';

/** Values: tenant, roles as JSON. */
export const MAKE_BUILT_IN_ROLES = statement(
  'roles.make_built_in',
  `INSERT INTO roles (tenant_id, id, level, name, name_key, description, built_in, permissions,
                      effective_permissions, filter_keys)
   SELECT $1, made.id, made.level, made.name, made.name_key, made.description, made.built_in, made.permissions,
          made.permissions, made.filter_keys
     FROM jsonb_to_recordset($2::jsonb)
          AS made(id uuid, level text, name text, name_key text, description text, built_in text, permissions text[],
                  filter_keys jsonb)
   RETURNING id`,
);
