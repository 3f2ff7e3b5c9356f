import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { ApiAnswer } from './api.js';
import type { TestTenant } from './tenant.js';

const TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;
type Format = keyof typeof TYPES;

/** What an import is announced with; `dry` sends `dry_run` when it is announced. */
interface Order {
  readonly format?: Format;
  readonly atomic?: boolean;
  readonly dry?: boolean;
}

/** Announces an import and answers its id. */
export async function announce(tenant: TestTenant, kind: string, order: Order = {}): Promise<string> {
  const { format = 'csv', atomic = true, dry = false } = order;
  const made = await tenant.api.post(`${tenant.path}/imports${dry ? '?dry_run=true' : ''}`, { kind, format, atomic });
  if (made.status !== 201) throw new Error(`The test could not announce its import: ${JSON.stringify(made.body)}`);
  return (made.body as { data: { id: string } }).data.id;
}

/** Sends the file of an announced import. */
export async function send(
  tenant: TestTenant,
  id: string,
  file: string | Uint8Array,
  format: Format = 'csv',
): Promise<ApiAnswer> {
  const headers = { 'content-type': TYPES[format] };
  return tenant.api.put(`${tenant.path}/imports/${id}/content`, undefined, { raw: file, headers });
}

/** Announces and sends a file; answers what the service said of it and of its lines. */
export async function importFile(
  tenant: TestTenant,
  kind: string,
  file: string | Uint8Array,
  order: Order = {},
): Promise<{ id: string; answer: ApiAnswer; counts: object; errors: object[] }> {
  const id = await announce(tenant, kind, order);
  const answer = await send(tenant, id, file, order.format);
  const found = await tenant.api.get(`${tenant.path}/imports/${id}`);
  const errors = await tenant.api.get(`${tenant.path}/imports/${id}/errors?per_page=200`);
  const {
    state,
    lines_read: read,
    lines_written: written,
    lines_unchanged: unchanged,
    lines_bad: bad,
  } = found.body.data;
  return { id, answer, counts: { state, read, written, unchanged, bad }, errors: errors.body.data };
}

/** Everything of a kind as a file. */
export async function exported(tenant: TestTenant, kind: string, format: Format = 'csv'): Promise<string> {
  const answer = await tenant.api.get(`${tenant.path}/exports/${kind}?format=${format}`);
  if (answer.status !== 200) throw new Error(`The test could not export: ${JSON.stringify(answer.body)}`);
  // A file of one JSON object is parsed, as any JSON is.
  return answer.body as string;
}

/** A file that is sent piece by piece. */
export interface Upload {
  write(piece: string): void;
  end(): void;
  /** Cuts the connection. */
  cut(): void;
  /** The status and the body of the answer; null where the connection ended without one. */
  readonly answer: Promise<{ status: number; body: { data?: { state: string }; code?: string } } | null>;
}

/** Begins to send the file of an announced import; it ends when the test says so. */
export function startUpload({ api, path }: TestTenant, id: string): Upload {
  const headers = { authorization: `Bearer ${api.token ?? ''}`, 'content-type': 'text/csv' };
  const sent = request(`${api.url}${path}/imports/${id}/content`, { method: 'PUT', headers });
  const answer = new Promise<Awaited<Upload['answer']>>((resolve) => {
    sent.once('error', () => resolve(null));
    sent.once('response', (received) => {
      void text(received).then((body) =>
        resolve({ status: received.statusCode ?? 0, body: JSON.parse(body) as object }),
      );
    });
  });
  return {
    write: (piece) => sent.write(piece),
    end: () => sent.end(),
    cut: () => sent.destroy(),
    answer,
  };
}

/** Reads an import again and again until it is as expected; the test's own time limit ends it. */
export async function importOnce(
  tenant: TestTenant,
  id: string,
  isRight: (found: { state: string; bytes_read: number; lines_read: number }) => boolean,
): Promise<object> {
  for (;;) {
    const { body } = await tenant.api.get(`${tenant.path}/imports/${id}`);
    if (isRight(body.data)) return body.data as object;
    await setTimeout(50);
  }
}

/** Imports two users, of whom somebody else makes one while the file arrives; answers what the import came to. */
export async function importMeetingOther(tenant: TestTenant): Promise<unknown> {
  const id = await announce(tenant, 'users');
  const upload = startUpload(tenant, id);
  upload.write('user_name\nada\nbob\n');
  await importOnce(tenant, id, ({ lines_read: lines }) => lines >= 1);
  await tenant.user('ada');
  upload.end();
  return (await upload.answer)?.body.data;
}
