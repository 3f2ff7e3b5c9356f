import { LARGE, SMALL, type BenchData } from './data.js';
import type { DrivenRequest } from './driver.js';

/** Connections that are open at a time, each with one request under way. */
export const CONNECTIONS = 32;

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly kind: 'read' | 'write';
  /** A round lasts longer where an answer takes longer. */
  readonly slow: boolean;
  /** For each connection its requests in the burst of this number. */
  readonly connectionsOf: (burst: number) => readonly (readonly DrivenRequest[])[];
}

/** The rows for one of the two servers; only their cursors differ. */
export function rowsFor(tenantId: string, data: BenchData, cursors: { small: string; large: string }): Row[] {
  const base = `/api/v1/tenants/${tenantId}`;
  const effective = (application: string): string => `${base}/applications/${application}/effective-users`;
  return [
    {
      name: 'Assign, then unassign',
      kind: 'write',
      slow: false,
      // Each burst has users of its own: the one before may have ended between assign and unassign.
      connectionsOf: (burst) => {
        const users = data.writers.slice(burst * CONNECTIONS, (burst + 1) * CONNECTIONS);
        return users.map((user) => writesOf(`${base}/users/${user}/applications`, data));
      },
    },
    read(
      "A user's applications (20)",
      data.readers.map((user) => `${base}/users/${user}/applications`),
    ),
    read(
      "An application's assignees (200)",
      data.doors.map((door) => `${base}/applications/${door}/assignees`),
    ),
    read(`Effective users, first 50 of ${SMALL.toLocaleString('en')}`, [effective(data.smallApplication)]),
    read(`Effective users, 50 in the middle of ${SMALL.toLocaleString('en')}`, [
      `${effective(data.smallApplication)}?cursor=${cursors.small}`,
    ]),
    {
      ...read(`Effective users, first 50 of ${LARGE.toLocaleString('en')}`, [effective(data.largeApplication)]),
      slow: true,
    },
    {
      ...read(`Effective users, 50 in the middle of ${LARGE.toLocaleString('en')}`, [
        `${effective(data.largeApplication)}?cursor=${cursors.large}`,
      ]),
      slow: true,
    },
    read(
      'One user',
      data.readers.map((user) => `${base}/users/${user}`),
    ),
  ];
}

/** GETs of all the paths, in turn; each connection starts at another one. */
export function read(name: string, paths: readonly string[]): Row {
  const connections = Array.from({ length: CONNECTIONS }, (_, index) => {
    const from = index % paths.length;
    return [...paths.slice(from), ...paths.slice(0, from)].map((path) => ({ method: 'GET' as const, path }));
  });
  return { name, kind: 'read', slow: false, connectionsOf: () => connections };
}

function writesOf(path: string, { writtenApplication }: BenchData): DrivenRequest[] {
  return [
    { method: 'POST', path, body: JSON.stringify({ application_id: writtenApplication }) },
    { method: 'DELETE', path: `${path}/${writtenApplication}` },
  ];
}
