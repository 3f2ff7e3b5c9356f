import { trailOf } from '../../../persistence/audit-statement.js';
import { filterSql } from '../../../persistence/filter/filter-sql.js';
import { batchStatement } from '../../../persistence/in-batches.js';
import { plannedOnce, statement, type Statement } from '../../../persistence/statement.js';
import { CHUNK, DROP_SET, enterSets, leaveSets, listOf, replaceSet } from '../../users/index.js';
import type { Rule, RuleOfGroup } from './rule.js';

/** The version of the tenant's rules (null: there are none) and the groups that hold a user by one. Values: tenant, user. */
export const RULES_OF_USER = plannedOnce(
  statement(
    'groups.rules_of_user',
    `SELECT (SELECT v.version FROM rule_versions v WHERE v.tenant_id = $1) AS version,
            ARRAY(SELECT r.group_id FROM rule_members r WHERE r.tenant_id = $1 AND r.user_id = $2) AS held`,
  ),
);

/** All rules of a tenant. By groups_dynamic. Values: tenant. */
export const READ_RULES = statement(
  'groups.read_rules',
  `SELECT id, rule FROM groups WHERE tenant_id = $1 AND kind = 'dynamic' ORDER BY id`,
);

/** Gives the rules of a tenant another version: no instance takes those that it remembers for them. Values: tenant. */
export const RENEW_RULES = statement(
  'groups.renew_rules',
  `INSERT INTO rule_versions (tenant_id, version) VALUES ($1, gen_random_uuid())
   ON CONFLICT (tenant_id) DO UPDATE SET version = EXCLUDED.version`,
);

/** Events of the memberships by rule in `row`, in the form of those by hand. */
const event = (done: 'created' | 'deleted', row: string, actor: string) => {
  const json = `jsonb_build_object('group_id', ${row}.group_id, 'user_id', ${row}.user_id, 'added_at', ${row}.added_at,
                                   'valid_from', NULL, 'valid_until', NULL, 'by_rule', true)`;
  const state = done === 'created' ? { after: json } : { before: json };
  return { action: `membership.${done}`, resourceType: 'membership', resourceId: `${row}.group_id`, ...state, actor };
};

const inSets = (row: string): { from: string; owner: string; ordinal: string } => ({
  from: row,
  owner: `${row}.group_id`,
  ordinal: `${row}.user_ordinal`,
});

const ROW = 'group_id, user_id, user_ordinal, added_at';

/**
 * Lets a user into groups and out of others, with the sets and the trail. The rows of the sets are locked first, all in
 * one order, so that two users who change places do not wait for each other. Values: tenant, user, ordinal, groups
 * that it joins, groups that it leaves, actor.
 */
export const MOVE_USER = plannedOnce(
  statement(
    'groups.move_user',
    `WITH locked AS MATERIALIZED (
       SELECT s.owner_id FROM user_sets s
        WHERE s.tenant_id = $1 AND s.owner_id = ANY ($4::uuid[] || $5::uuid[]) AND s.chunk = $3::int / ${CHUNK}
        ORDER BY s.owner_id FOR UPDATE
     ), gone AS (
       DELETE FROM rule_members WHERE tenant_id = $1 AND user_id = $2 AND group_id = ANY ($5::uuid[])
          AND (SELECT count(*) FROM locked) >= 0
       RETURNING ${ROW}
     ), added AS (
       INSERT INTO rule_members (tenant_id, user_id, group_id, user_ordinal)
       SELECT $1, $2, joined.id, $3::int FROM unnest($4::uuid[]) joined(id) WHERE (SELECT count(*) FROM locked) >= 0
       RETURNING ${ROW}
     ), entered AS (${enterSets(inSets('added'))}
     ), left_sets AS (${leaveSets(inSets('gone'))}
     ), trail_of_gone AS (
       ${trailOf({ ...event('deleted', 'gone', '$6'), from: 'gone' })}
     ), trail AS (
       ${trailOf({ ...event('created', 'added', '$6'), from: 'added' })}
     )
     SELECT 1`,
  ),
);

/** Takes the members of a dynamic group away, a batch at a time. Values: tenant, group. */
export const REMOVE_RULE_MEMBERS = batchStatement(
  'groups.remove_rule_members',
  (nextBatch) => `WITH gone AS (
     DELETE FROM rule_members WHERE ${nextBatch('rule_members', 'tenant_id = $1 AND group_id = $2')} RETURNING 1
   ), sets AS (${DROP_SET.text})
   SELECT count(*)::int AS removed FROM gone`,
);

/** How a member that is there is told from one that is not, and how those who go are found again. */
interface Place {
  readonly none: string;
  readonly there: string;
  readonly gone: string;
}

/** By where the rows stand: nothing is known of how many go, and no join is asked to guess it. */
const BY_PLACE: Place = {
  none: 'NULL::tid',
  there: 'r.ctid',
  gone: 'ctid = ANY (ARRAY(SELECT found.place FROM found WHERE NOT found.is_due))',
};

/** A cluster finds no rows by where they stand. Both indexes of the table have the user in them: none of its rows is compared with each. */
const BY_KEY: Place = {
  none: 'NULL::int',
  there: '1',
  gone: 'group_id = $2 AND user_id = ANY (ARRAY(SELECT found.user_id FROM found WHERE NOT found.is_due))',
};

function makeText(due: string, place: Place): string {
  const set = { from: 'found WHERE found.is_due', owner: '$2::uuid', ordinal: 'found.ordinal' };
  return `WITH found AS MATERIALIZED (
     SELECT user_id, max(ordinal) AS ordinal, bool_or(is_due) AS is_due, max(place) AS place
       FROM (SELECT u.id AS user_id, u.ordinal, true AS is_due, ${place.none} AS place
               FROM users u WHERE u.tenant_id = $1 AND (${due})
              UNION ALL
             SELECT r.user_id, r.user_ordinal, false, ${place.there}
               FROM rule_members r WHERE r.tenant_id = $1 AND r.group_id = $2) each_of
      GROUP BY user_id
   ), gone AS (
     DELETE FROM rule_members
      WHERE tenant_id = $1 AND ${place.gone}
     RETURNING 1
   ), added AS (
     INSERT INTO rule_members (tenant_id, user_id, group_id, user_ordinal)
     SELECT $1, found.user_id, $2, found.ordinal FROM found WHERE found.is_due AND found.place IS NULL
      ORDER BY found.user_id
     RETURNING 1
   ), ${replaceSet(set)}
   SELECT (SELECT count(*)::int FROM added) AS joined, (SELECT count(*)::int FROM gone) AS "left"`;
}

/**
 * Makes the members of a group exactly those for whom the rule holds, and answers how many joined and how many left. Who
 * is due and who is there are put together by grouping and never by a join, because nothing is known of how many they
 * are. Nobody else writes them meanwhile (LOCK_RULES). Values: tenant, group, and what the filter adds to `values`.
 */
export function makeMembers(rule: Rule, values: unknown[]): Statement {
  const due = filterSql(rule, values);
  return { name: '', text: makeText(due, BY_PLACE), onCitus: makeText(due, BY_KEY) };
}

/** The one event of a rule that was made, changed or taken away. Values: tenant, actor, group, rule before and after, joined, left. */
export const RECORD_RULE = statement(
  'groups.record_rule',
  trailOf({
    from: '(VALUES (1)) one',
    action: 'group.rule_applied',
    resourceType: 'group',
    resourceId: '$3::uuid',
    before: `jsonb_build_object('rule', $4::text)`,
    after: `jsonb_build_object('rule', $5::text, 'joined', $6::int, 'left', $7::int)`,
    actor: '$2',
  }),
);

/** Rules that `joinNewUsers` takes at once: the parameters of each of its comparisons must find room in one statement. */
export const MOST_RULES_AT_ONCE = 100;

/**
 * Lets users who have just been made into the groups whose rules hold for them; they are told by their ordinals.
 * Values: tenant, actor, the first ordinal, the one behind the last, and what the rules add to `values`.
 */
export function joinNewUsers(rules: readonly RuleOfGroup[], values: unknown[]): Statement {
  const due = rules.map(({ groupId, rule }) => {
    const group = `$${values.push(groupId)}::uuid`;
    return `SELECT u.id AS user_id, ${group} AS group_id, u.ordinal FROM users u
             WHERE u.tenant_id = $1 AND u.ordinal >= $3::int AND u.ordinal < $4::int AND (${filterSql(rule, values)})`;
  });
  return {
    name: '',
    text: `WITH added AS (
     INSERT INTO rule_members (tenant_id, user_id, group_id, user_ordinal)
     SELECT $1, due.user_id, due.group_id, due.ordinal FROM (${due.join(' UNION ALL ')}) due
      ORDER BY due.user_id, due.group_id
     RETURNING ${ROW}
   ), sets AS (${enterSets(inSets('added'))}
   ), trail AS (
     ${trailOf({ ...event('created', 'added', '$2'), from: 'added' })}
   )
   SELECT count(*)::int AS joined FROM added`,
  };
}

/**
 * For whom a rule holds and who is in a group (null: nobody), as sets of users are answered, of one moment. Values:
 * tenant, group or null, and what the filter adds to `values`.
 */
export function dueAndThere(rule: Rule, values: unknown[]): Statement {
  return {
    name: '',
    text: `SELECT true AS is_due, NULL::int AS chunk, NULL::bytea AS bits, NULL::bytea AS lists,
            string_agg(int4send(u.ordinal), '') AS ordinals
       FROM users u WHERE u.tenant_id = $1 AND (${filterSql(rule, values)})
      UNION ALL
     SELECT false, s.chunk, bit_send(s.bits), ${listOf('s')}, NULL
       FROM user_sets s WHERE s.tenant_id = $1 AND s.owner_id = $2::uuid`,
  };
}

/** Users by their ordinals, in the order given. Values: tenant, ordinals. */
export const NAMED_BY_ORDINAL = statement(
  'groups.named_by_ordinal',
  `SELECT u.id AS user_id, u.user_name
     FROM unnest($2::int[]) WITH ORDINALITY asked(ordinal, place)
     JOIN users u ON u.tenant_id = $1 AND u.ordinal = asked.ordinal
    ORDER BY asked.place`,
);
