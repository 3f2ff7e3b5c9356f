import { built, type FloorOrder, type NamedSql } from './floor-parts.js';

/** The parts of the built service that hold its SQL, as far as they are used here. */
interface Served {
  'modules/access/effective/effective-sets.queries.js': {
    SET_KINDS: FloorOrder['setKinds'];
    EFFECTIVE_SETS: NamedSql;
    EXPLAINED_USERS: NamedSql;
  };
  'modules/access/checks/access-checks.queries.js': { CHECK_ACCESS: NamedSql };
  'modules/access/explanation/access-facts.queries.js': { EXPLAIN_ACCESS: NamedSql };
  'modules/assignments/assignments.read-model.js': { APPLICATIONS_OF_USER: NamedSql; ASSIGNEES: NamedSql };
  'modules/assignments/assignments.queries.js': { ASSIGN: { user: NamedSql }; UNASSIGN: { user: NamedSql } };
  'modules/roles/reading/user-permissions.read-model.js': {
    permissionsOfUser: (tenant: string, user: string, application: string) => { textFor: (marks: object) => string };
  };
  'modules/roles/checks/permission-checks.queries.js': { CHECK_PERMISSION: NamedSql };
}

/**
 * The statements as the build that is measured sends them, so that the floor cannot fall behind the service. They come
 * from `dist/` at run time: the rooms of the house keep their SQL to themselves, and tests do not import it.
 */
export async function servedSql(): Promise<Pick<FloorOrder, 'sql' | 'setKinds'>> {
  const readModel = await served('modules/assignments/assignments.read-model.js');
  const { ASSIGN, UNASSIGN } = await served('modules/assignments/assignments.queries.js');
  const { SET_KINDS, EFFECTIVE_SETS, EXPLAINED_USERS } = await served(
    'modules/access/effective/effective-sets.queries.js',
  );
  const sql = {
    applications: readModel.APPLICATIONS_OF_USER,
    assignees: readModel.ASSIGNEES,
    assign: ASSIGN.user,
    unassign: UNASSIGN.user,
    effectiveSets: EFFECTIVE_SETS,
    explainedUsers: EXPLAINED_USERS,
    check: (await served('modules/access/checks/access-checks.queries.js')).CHECK_ACCESS,
    explain: (await served('modules/access/explanation/access-facts.queries.js')).EXPLAIN_ACCESS,
    permissions: await permissionsSql(),
    checkPermission: (await served('modules/roles/checks/permission-checks.queries.js')).CHECK_PERMISSION,
  };
  return { sql, setKinds: SET_KINDS };
}

/** The first page: the paginator puts these marks in. */
async function permissionsSql(): Promise<NamedSql> {
  const { permissionsOfUser } = await served('modules/roles/reading/user-permissions.read-model.js');
  const marks = { after: '', orderBy: 'ORDER BY permission ASC', limit: 'LIMIT $4::int OFFSET $5::bigint', reach: '' };
  return { name: 'permissions', text: permissionsOfUser('', '', '').textFor(marks) };
}

async function served<Path extends keyof Served>(path: Path): Promise<Served[Path]> {
  return built<Served[Path]>(path);
}
