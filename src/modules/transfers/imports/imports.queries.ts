import { statement } from '../../../persistence/statement.js';

/** A run that has not been heard of for this long is over: its instance is gone. */
const SILENT = `interval '30 seconds'`;

const columnsWith = (state: string): string => `i.id, i.kind, i.format, i.atomic, i.dry_run, ${state} AS state,
  i.bytes_read::float8, i.lines_read::float8, i.lines_written::float8, i.lines_unchanged::float8, i.lines_bad::float8,
  i.message, i.created_at, i.started_at, i.finished_at`;

/** The columns of an import as it is answered, of the row `i`. */
export const IMPORT_COLUMNS = columnsWith(
  `CASE WHEN i.state = 'running' AND i.heartbeat_at < now() - ${SILENT} THEN 'interrupted' ELSE i.state END`,
);

/** The same of a row that the statement itself has just made or changed. */
const WRITTEN_COLUMNS = columnsWith('i.state');

/** Values: tenant, id, kind, format, atomic, dry run. */
export const CREATE_IMPORT = statement(
  'transfers.create_import',
  `INSERT INTO imports AS i (tenant_id, id, kind, format, atomic, dry_run) VALUES ($1, $2, $3, $4, $5, $6)
   RETURNING ${WRITTEN_COLUMNS}`,
);

/** Values: tenant, id. */
export const READ_IMPORT = statement(
  'transfers.read_import',
  `SELECT ${IMPORT_COLUMNS} FROM imports i WHERE i.tenant_id = $1 AND i.id = $2`,
);

/** Only one caller can start an import; no row where it was started before. Values: tenant, id, dry run. */
export const START_IMPORT = statement(
  'transfers.start_import',
  `UPDATE imports i SET state = 'running', started_at = now(), heartbeat_at = now(), dry_run = i.dry_run OR $3
    WHERE i.tenant_id = $1 AND i.id = $2 AND i.state = 'waiting'
   RETURNING ${WRITTEN_COLUMNS}`,
);

/** Says how far a run is, and that it is alive. Values: tenant, id, bytes, lines read, lines bad. */
export const BEAT = statement(
  'transfers.beat',
  `UPDATE imports SET heartbeat_at = now(), bytes_read = $3, lines_read = $4, lines_bad = $5
    WHERE tenant_id = $1 AND id = $2 AND state = 'running'`,
);

/**
 * Ends a run, with its bad lines. Values: tenant, id, state, message, bytes, lines read, written, unchanged and bad, the
 * kept problems as JSON.
 */
export const FINISH_IMPORT = statement(
  'transfers.finish_import',
  `WITH problems AS (
     INSERT INTO import_errors (tenant_id, import_id, place, line, column_name, code, message)
     SELECT $1, $2, p.place, p.line, p.column_name, p.code, p.message
       FROM ROWS FROM (jsonb_to_recordset($10::jsonb) AS (line bigint, column_name text, code text, message text))
            WITH ORDINALITY AS p(line, column_name, code, message, place)
     RETURNING place
   )
   UPDATE imports i SET state = $3, message = $4, finished_at = statement_timestamp(), bytes_read = $5, lines_read = $6,
                        lines_written = $7, lines_unchanged = $8, lines_bad = $9
    WHERE i.tenant_id = $1 AND i.id = $2
   RETURNING ${WRITTEN_COLUMNS}`,
);
