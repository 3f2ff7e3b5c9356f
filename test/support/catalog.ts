import { rowsAt } from './database-copy.js';

/** Everything that a schema can hold, one line each; the migrations' own list is left out. */
const CATALOG = `
  WITH ours AS (
    SELECT c.oid FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND coalesce(i.indrelid, c.oid)::regclass::text NOT LIKE 'migrations%'
  )
  SELECT 'relation ' || c.relkind::text || ' ' || c.relname || ' ' || coalesce(c.relacl::text, '') || ' ' || c.relrowsecurity || c.relforcerowsecurity AS line
    FROM pg_class c WHERE c.oid IN (SELECT oid FROM ours)
  UNION ALL
  SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
         || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' ' || a.attidentity::text || a.attgenerated::text || ' ' || coalesce(l.collname, '')
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
   WHERE a.attrelid IN (SELECT oid FROM ours) AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'constraint ' || k.conrelid::regclass || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
    FROM pg_constraint k WHERE k.conrelid IN (SELECT oid FROM ours)
  UNION ALL
  SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid IN (SELECT oid FROM ours)
  UNION ALL
  SELECT 'policy ' || p.tablename || ' ' || p.policyname || ' ' || p.roles::text || ' ' || p.cmd || ' ' || coalesce(p.qual, '') || ' ' || coalesce(p.with_check, '')
    FROM pg_policies p WHERE p.schemaname = 'public'
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'function ' || f.oid::regprocedure || ' ' || f.prosrc FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'type ' || t.typname FROM pg_type t
   WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r', 'm') OR t.typname LIKE 'doorlist%'
  UNION ALL
  SELECT 'schema ' || n.nspname FROM pg_namespace n WHERE n.nspname <> 'public' AND n.nspname !~ '^(pg_|information_schema)'
  UNION ALL
  SELECT 'extension ' || e.extname FROM pg_extension e WHERE e.extname <> 'plpgsql'
  ORDER BY 1`;

/** What the database at `url` holds, one sorted line for each thing. */
export async function catalogOf(url: string): Promise<string[]> {
  const rows = await rowsAt<{ line: string }>(url, CATALOG);
  return rows.map(({ line }) => line);
}
