import type { FloorOrder, NamedSql } from './floor-parts.js';

/** The parts of the built service that hold its SQL, as far as they are used here. */
interface Built {
  'modules/access/effective/effective-sets.queries.js': {
    SET_KINDS: FloorOrder['setKinds'];
    EFFECTIVE_SETS: NamedSql;
    EXPLAINED_USERS: NamedSql;
  };
  'modules/access/checks/access-checks.queries.js': { CHECK_ACCESS: NamedSql };
  'modules/access/explanation/access-facts.queries.js': { EXPLAIN_ACCESS: NamedSql };
  'modules/assignments/assignments.read-model.js': { APPLICATIONS_OF_USER: NamedSql; ASSIGNEES: NamedSql };
  'modules/assignments/assignments.queries.js': { ASSIGN: { user: NamedSql }; UNASSIGN: { user: NamedSql } };
}

/**
 * The statements as the build that is measured sends them, so that the floor cannot fall behind the service. They come
 * from `dist/` at run time: the rooms of the house keep their SQL to themselves, and tests do not import it.
 */
export async function servedSql(): Promise<Pick<FloorOrder, 'sql' | 'setKinds'>> {
  const readModel = await built('modules/assignments/assignments.read-model.js');
  const { ASSIGN, UNASSIGN } = await built('modules/assignments/assignments.queries.js');
  const { SET_KINDS, EFFECTIVE_SETS, EXPLAINED_USERS } = await built(
    'modules/access/effective/effective-sets.queries.js',
  );
  const sql = {
    applications: readModel.APPLICATIONS_OF_USER,
    assignees: readModel.ASSIGNEES,
    assign: ASSIGN.user,
    unassign: UNASSIGN.user,
    effectiveSets: EFFECTIVE_SETS,
    explainedUsers: EXPLAINED_USERS,
    check: (await ifBuilt('modules/access/checks/access-checks.queries.js'))?.CHECK_ACCESS ?? null,
    explain: (await ifBuilt('modules/access/explanation/access-facts.queries.js'))?.EXPLAIN_ACCESS ?? null,
  };
  return { sql, setKinds: SET_KINDS };
}

async function built<Path extends keyof Built>(path: Path): Promise<Built[Path]> {
  return (await import(new URL(`../../dist/src/${path}`, import.meta.url).href)) as Built[Path];
}

/** A build without these routes is measured without them. */
async function ifBuilt<Path extends keyof Built>(path: Path): Promise<Built[Path] | null> {
  return built(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  });
}
