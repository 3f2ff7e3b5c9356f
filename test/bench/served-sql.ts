import type { FloorOrder, NamedSql } from './floor.js';

interface Recorder {
  queryLong(scope: unknown, statement: NamedSql): Promise<never[]>;
}

/** The parts of the built service that hold its SQL, as far as they are used here. */
interface Built {
  'kernel/cursor.js': {
    CursorCodec: new (secret: Buffer) => { encode(context: object, position: object): string };
  };
  'persistence/paginator.js': {
    Paginator: new (
      database: Recorder,
      dataSource: null,
      cursors: object,
    ) => { rows(scope: null, query: object, request: { cursor?: string }): Promise<unknown> };
  };
  'modules/access/effective-users.read-model.js': {
    effectiveUsers: (tenantId: string, applicationId: string) => { list: string; values: readonly unknown[] };
  };
  'modules/assignments/assignments.read-model.js': { APPLICATIONS_OF_USER: NamedSql; ASSIGNEES: NamedSql };
  'modules/assignments/assignments.queries.js': { ASSIGN: { user: NamedSql }; UNASSIGN: { user: NamedSql } };
}

/**
 * The statements as the build that is measured sends them, so that the floor cannot fall behind the service. They come
 * from `dist/` at run time: the rooms of the house keep their SQL to themselves, and tests do not import it.
 */
export async function servedSql(): Promise<FloorOrder['sql']> {
  const readModel = await built('modules/assignments/assignments.read-model.js');
  const { ASSIGN, UNASSIGN } = await built('modules/assignments/assignments.queries.js');
  const pages = await effectiveUserPages();
  return {
    applications: readModel.APPLICATIONS_OF_USER,
    assignees: readModel.ASSIGNEES,
    assign: ASSIGN.user,
    unassign: UNASSIGN.user,
    ...pages,
  };
}

/** What the paginator makes of the read model for the first page, and for one after a cursor. */
async function effectiveUserPages(): Promise<{ firstPage: NamedSql; nextPage: NamedSql }> {
  const { effectiveUsers } = await built('modules/access/effective-users.read-model.js');
  const { CursorCodec } = await built('kernel/cursor.js');
  const { Paginator } = await built('persistence/paginator.js');
  const sent: NamedSql[] = [];
  const recorder: Recorder = {
    queryLong: (_scope, { name, text }) => {
      sent.push({ name, text });
      return Promise.resolve([]);
    },
  };
  const cursors = new CursorCodec(Buffer.alloc(32));
  const paginator = new Paginator(recorder, null, cursors);
  const query = effectiveUsers('tenant', 'application');
  const context = { list: query.list, owner: 'platform', filters: query.values };
  await paginator.rows(null, query, {});
  await paginator.rows(null, query, { cursor: cursors.encode(context, { page: 2, perPage: 50, after: ['user'] }) });
  const [firstPage, nextPage] = sent;
  if (!firstPage || !nextPage) throw new Error('The paginator sent no statement for a page of effective users.');
  return { firstPage, nextPage };
}

async function built<Path extends keyof Built>(path: Path): Promise<Built[Path]> {
  return (await import(new URL(`../../dist/src/${path}`, import.meta.url).href)) as Built[Path];
}
