import { notFound } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import type { Database } from '../../../persistence/database.js';
import type { Statement } from '../../../persistence/statement.js';
import { UserSet, type PackedUsers } from '../../users/index.js';
import { EFFECTIVE_SETS, EFFECTIVE_SETS_BY_MOMENT, SET_KINDS } from './effective-sets.queries.js';

interface Row extends PackedUsers {
  readonly kind: number;
  readonly moment: string | null;
}

/** Who may use an application at one moment, as sets; who is in several of them is told apart by `chosen`. */
export interface EffectiveSets {
  readonly direct: UserSet;
  readonly group: UserSet;
  /** What groups give, apart by the moments of their assignments; asked for by `byMoment` only. */
  readonly groupByMoment: ReadonlyMap<string, UserSet>;
  readonly via: UserSet;
  readonly suspended: UserSet;
}

/** Which sets are read. */
export interface Wanted {
  readonly byMoment?: boolean;
  /** A group that access must go through. */
  readonly viaGroup?: string | undefined;
  /** Only these rows of the sets. */
  readonly chunks?: readonly number[] | undefined;
}

/** Which of the users are listed. */
export interface EffectiveFilter {
  readonly via_group?: string | undefined;
  readonly assignment_type?: 'direct' | 'group' | undefined;
  /** Default: active. */
  readonly status?: 'active' | 'suspended' | 'any' | undefined;
}

/** Reads the sets of an application in one statement. Errors: 404. */
export async function readEffectiveSets(
  database: Database,
  scope: TenantScope,
  applicationId: string,
  wanted: Wanted = {},
): Promise<EffectiveSets> {
  const sets = await findEffectiveSets(database, scope, applicationId, wanted);
  if (!sets) throw notFound('application', applicationId);
  return sets;
}

/** The same, or null where there is no such application. */
export async function findEffectiveSets(
  database: Database,
  scope: TenantScope,
  applicationId: string,
  { byMoment = false, viaGroup, chunks }: Wanted = {},
): Promise<EffectiveSets | null> {
  const statement = byMoment ? EFFECTIVE_SETS_BY_MOMENT : EFFECTIVE_SETS;
  const values = [scope.tenantId, applicationId, viaGroup ?? null, chunks ?? null];
  return findSets(database, scope, statement, values);
}

/** The sets that a setsStatement answers; null where there is no such application. */
export async function findSets(
  database: Database,
  scope: TenantScope,
  statement: Statement,
  values: unknown[],
): Promise<EffectiveSets | null> {
  const rows = await database.queryLong<Row>(scope, statement, values);
  if (!rows.some(({ kind }) => kind === SET_KINDS.application)) return null;
  const groupByMoment = setsByMoment(rows);
  return {
    direct: setOf(rows, SET_KINDS.direct),
    // Where they are told apart by moments, putting those together is quicker than reading the rows again.
    group: groupByMoment.size > 0 ? unionOf(groupByMoment.values()) : setOf(rows, SET_KINDS.group),
    groupByMoment,
    via: setOf(rows, SET_KINDS.via),
    suspended: setOf(rows, SET_KINDS.suspended),
  };
}

/** The sets of several things that are held, apart. */
export interface SetsApart {
  readonly suspended: UserSet;
  /** Of the thing whose moments, in the statement, are this number. */
  readonly of: (number: number) => { readonly direct: UserSet; readonly group: UserSet };
}

/** Reads with a setsStatement by moments whose reach keeps direct holders apart as well. */
export async function findSetsApart(
  database: Database,
  scope: TenantScope,
  statement: Statement,
  values: unknown[],
): Promise<SetsApart> {
  const sets = new Map<string, UserSet>();
  const setFor = (kind: number, moment: number | string | null): UserSet => {
    const key = `${kind} ${moment ?? ''}`;
    const set = sets.get(key) ?? new UserSet();
    sets.set(key, set);
    return set;
  };
  for (const row of await database.queryLong<Row>(scope, statement, values)) {
    if (row.kind !== SET_KINDS.application) setFor(row.kind, row.moment).addPacked(row);
  }
  return {
    suspended: setFor(SET_KINDS.suspended, null),
    of: (number) => ({ direct: setFor(SET_KINDS.direct, number), group: setFor(SET_KINDS.group, number) }),
  };
}

/** Who may use the application: each user once. */
export function effectiveUsersIn(sets: EffectiveSets): UserSet {
  return chosen(sets, {});
}

/** The users that a filter leaves. */
export function chosen(sets: EffectiveSets, filter: EffectiveFilter): UserSet {
  const ofType = holdersOf(sets, filter.assignment_type);
  const through = filter.via_group === undefined ? ofType : ofType.and(sets.via);
  const { status = 'active' } = filter;
  if (status === 'any') return through;
  return status === 'active' ? through.minus(sets.suspended) : through.and(sets.suspended);
}

/** A direct assignment wins: who has one is not listed as of a group. */
function holdersOf({ direct, group }: EffectiveSets, type: EffectiveFilter['assignment_type']): UserSet {
  if (type === 'direct') return direct;
  return type === 'group' ? group.minus(direct) : unionOf([direct, group]);
}

function setsByMoment(rows: readonly Row[]): ReadonlyMap<string, UserSet> {
  const moments = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.kind === SET_KINDS.group && row.moment !== null) {
      moments.set(row.moment, [...(moments.get(row.moment) ?? []), row]);
    }
  }
  return new Map([...moments].map(([moment, its]) => [moment, setOf(its, SET_KINDS.group)]));
}

function setOf(rows: readonly Row[], kind: number): UserSet {
  const set = new UserSet();
  for (const row of rows) if (row.kind === kind) set.addPacked(row);
  return set;
}

function unionOf(sets: Iterable<UserSet>): UserSet {
  const union = new UserSet();
  for (const set of sets) union.union(set);
  return union;
}
