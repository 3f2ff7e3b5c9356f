import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import type { Caller, Environment } from './environment.js';
import { residentMegabytes } from './processes.js';

/** In this order: a membership names what the files before it hold. */
const KINDS = { users: 'users', groups: 'groups', memberships: 'group_members' } as const;
type Kind = keyof typeof KINDS;
const ORDER = Object.keys(KINDS) as Kind[];

/** How long an import took, and how long COPY took for the same rows into the same tables; in milliseconds. */
export interface ImportFigures {
  readonly rows: number;
  readonly imported: number;
  /** Null where the role may not read files of the database's machine. */
  readonly copied: number | null;
  /** The highest resident memory of the service until then, in megabytes; null where there is no /proc. */
  readonly memory: number | null;
}

/**
 * Exports users, groups and memberships of a tenant, imports them into an empty one, and beside it copies the rows that
 * this made into a third one by COPY, with all constraints and indexes. Null where the build has no imports.
 */
export async function measureImport(environment: Environment, from: Caller): Promise<ImportFigures | null> {
  const { doorlist, admin } = environment;
  const folder = await mkdtemp(join(tmpdir(), 'doorlist-bench-files-'));
  try {
    for (const kind of ORDER) if (!(await exported(doorlist.url, from, kind, folder))) return null;
    const into = await environment.newTenant('imported');
    let [rows, imported] = [0, 0];
    for (const kind of ORDER) {
      const began = performance.now();
      rows += await importedRows(doorlist.url, into, kind, folder);
      imported += performance.now() - began;
    }
    const memory = (await residentMegabytes(doorlist.pid))?.highest ?? null;
    const { tenantId } = await environment.newTenant('copied');
    return { rows, imported, copied: await copiedIn(admin, into.tenantId, tenantId), memory };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Saves an export as a file; false where there is no such route. */
async function exported(url: string, { tenantId, token }: Caller, kind: Kind, folder: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/v1/tenants/${tenantId}/exports/${kind}`, { headers });
  if (answer.status === 404) return false;
  if (!answer.ok || answer.body === null) throw new Error(`The export of ${kind} answered ${answer.status}.`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(join(folder, `${kind}.csv`)));
  return true;
}

/** Announces and sends a file; answers how many rows it made. */
async function importedRows(url: string, { tenantId, token }: Caller, kind: Kind, folder: string): Promise<number> {
  const imports = `${url}/api/v1/tenants/${tenantId}/imports`;
  const headers = { authorization: `Bearer ${token}` };
  const announced = await fetch(imports, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ kind, format: 'csv' }),
  });
  const { data } = (await announced.json()) as { data: { id: string } };
  const sent = (await putFile(`${imports}/${data.id}/content`, headers, join(folder, `${kind}.csv`))) as {
    data?: { state: string; lines_written: number; message: string | null };
  };
  if (sent.data?.state !== 'succeeded') throw new Error(`The import of ${kind}: ${JSON.stringify(sent)}`);
  return sent.data.lines_written;
}

/** Not by `fetch`, which gives up an answer that begins after five minutes. */
async function putFile(url: string, headers: Readonly<Record<string, string>>, path: string): Promise<unknown> {
  const { size } = await stat(path);
  return new Promise((resolve, reject) => {
    const all = { ...headers, 'content-type': 'text/csv', 'content-length': size };
    const outgoing = request(url, { method: 'PUT', headers: all }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    });
    pipeline(createReadStream(path), outgoing).catch(reject);
  });
}

/** Writes the rows of one tenant to files of the server and copies them into another; only the latter counts. */
async function copiedIn(admin: pg.Client, from: string, into: string): Promise<number | null> {
  let copied = 0;
  try {
    for (const kind of ORDER) copied += await copyTable(admin, KINDS[kind], from, into);
    return copied;
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return null;
    throw error;
  }
}

async function copyTable(admin: pg.Client, table: string, from: string, into: string): Promise<number> {
  const { rows } = await admin.query<{ file: string; columns: string[] }>(
    `SELECT current_setting('data_directory') || '/doorlist-bench.copy' AS file,
            array_agg(attname::text ORDER BY attnum) AS columns
       FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [table],
  );
  const [{ file, columns } = { file: '', columns: [] }] = rows;
  const read = columns.map((name) => (name === 'tenant_id' ? `'${into}'` : name)).join(', ');
  const path = admin.escapeLiteral(file);
  await admin.query(`COPY (SELECT ${read} FROM ${table} WHERE tenant_id = '${from}') TO ${path}`);
  const began = performance.now();
  await admin.query(`COPY ${table} (${columns.join(', ')}) FROM ${path}`);
  const taken = performance.now() - began;
  await admin.query(`COPY (SELECT 1) TO PROGRAM ${admin.escapeLiteral(`rm -f '${file}'`)}`);
  return taken;
}
