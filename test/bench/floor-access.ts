/** The floor's answers to who may use what. */
import { built, metaOf, notFound, type Call, type Floor, type FloorOrder, type Row } from './floor-parts.js';

const PER_PAGE = 50;

/** The build's set of users, as far as it is used here. */
interface UserSet {
  readonly size: number;
  addPacked(row: Row): void;
  union(other: UserSet): UserSet;
  minus(other: UserSet): UserSet;
  rank(ordinal: number): number;
  slice(offset: number, limit: number): number[];
}

export async function serveEffectiveUsers({ fastify, query, base }: Floor, order: FloorOrder): Promise<void> {
  const { UserSet: Users } = await built<{ UserSet: new () => UserSet }>('modules/users/sets/user-set.js');
  const setOf = (rows: readonly Row[], kind: number): UserSet => {
    const set = new Users();
    for (const row of rows) if (row.kind === kind) set.addPacked(row);
    return set;
  };
  fastify.get<Call>(`${base}/applications/:application/effective-users`, async (request, reply) => {
    const { tenant, application } = request.params;
    const { page, perPage, after } = positionOf(request.query);
    const rows = await query(order.sql.effectiveSets, [tenant, application, null, null]);
    if (rows.length === 0) return notFound(reply);
    const [direct, group, suspended] = (['direct', 'group', 'suspended'] as const).map((kind) =>
      setOf(rows, order.setKinds[kind]),
    ) as [UserSet, UserSet, UserSet];
    const users = direct.union(group).minus(suspended);
    const ordinals = users.slice(after === null ? (page - 1) * perPage : users.rank(after), perPage + 1);
    const asked = [tenant, application, ordinals.slice(0, perPage)];
    const explained = ordinals.length === 0 ? [] : await query(order.sql.explainedUsers, asked);
    const total = users.size;
    const pagination = {
      page,
      per_page: perPage,
      total_items: total,
      total_pages: Math.ceil(total / perPage),
      next_cursor: ordinals.length > perPage ? cursorOf(page + 1, perPage, explained.at(-1)?.ordinal) : null,
    };
    return { data: explained.map(effectiveUser), pagination, meta: metaOf(request) };
  });
}

/** The batch of checks. Only what the benchmark asks for is told apart: allowed, or no assignment. */
export function serveChecks({ fastify, query, base }: Floor, { sql }: FloorOrder): void {
  fastify.post<Call>(`${base}/access/check`, async (request) => {
    const { checks } = request.body;
    const [users, applications] = [checks.map((each) => each.user_id), checks.map((each) => each.application_id)];
    const rows = await query(sql.check, [request.params.tenant, users, applications]);
    const results = rows.map(({ standing }, at) => {
      const allowed = standing === 0;
      return {
        user_id: users[at],
        application_id: applications[at],
        allowed,
        reason: allowed ? null : 'no_assignment',
      };
    });
    return { data: { results }, meta: metaOf(request) };
  });
}

/** Why a user can use an application. */
export async function serveReasons({ fastify, query, base }: Floor, { sql }: FloorOrder): Promise<void> {
  const { explain } = await built<{ explain: (row: Row) => object }>(
    'modules/access/explanation/access-explanation.js',
  );
  fastify.get<Call>(`${base}/users/:user/applications/:application/access`, async (request, reply) => {
    const { tenant, user, application } = request.params;
    const [row] = await query(sql.explain, [tenant, user, application]);
    if (!row) return notFound(reply);
    return { data: { user_id: user, application_id: application, ...explain(row) }, meta: metaOf(request) };
  });
}

function effectiveUser(row: Row): Row {
  const { user_id, user_name, email, display_name, status, assignment_type, assigned_via } = row;
  return { user_id, user_name, email, display_name, status, assignment_type, assigned_via };
}

function positionOf({ page, per_page: perPage, cursor }: Call['Querystring']): {
  page: number;
  perPage: number;
  after: number | null;
} {
  if (cursor === undefined) return { page: Number(page ?? 1), perPage: Number(perPage ?? PER_PAGE), after: null };
  const [at, size, after] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, number, number];
  return { page: at, perPage: size, after };
}

function cursorOf(page: number, perPage: number, after: unknown): string {
  return Buffer.from(JSON.stringify([page, perPage, after])).toString('base64url');
}
