import { Injectable } from '@nestjs/common';
import type { ExpectedVersion } from '../../kernel/version.js';
import { comparisonKey } from '../../kernel/comparison-key.js';
import { conflict, invalid } from '../../kernel/domain-error.js';
import { newId } from '../../kernel/ids.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import { DatabaseDoors } from '../../persistence/database-doors.js';
import { filteredList, type ListRequest } from '../../persistence/filter/filtered-list.js';
import { containing } from '../../persistence/like-pattern.js';
import { ResourceRepository, type RemovalHook } from '../../persistence/resource-repository.js';
import type { Transaction } from '../../persistence/transaction.js';
import type { GroupCreate, GroupUpdate } from './dto/group.requests.js';
import { groupResponse, type NestingResponse } from './dto/group.responses.js';
import { GROUP_FILTER } from './group-filter.read-model.js';
import { Group, groupKeys } from './group.entity.js';
import { lockNestings, withClosureOpened } from './nestings/closure.js';
import { recordNesting } from './nestings/nesting-record.js';
import { RuleMembers } from './rules/rule-members.js';
import { readRule, type Rule } from './rules/rule.js';
import { CLOSE_NEW_GROUP, REMOVE_NESTINGS_OF } from './nestings/nestings.queries.js';

/** The groups of a tenant. */
@Injectable()
export class GroupsService {
  readonly #groups: ResourceRepository<Group>;

  constructor(
    private readonly doors: DatabaseDoors,
    private readonly rules: RuleMembers,
  ) {
    this.#groups = new ResourceRepository(doors, { entity: Group, name: 'group', snapshot: groupResponse });
    this.#groups.onRemoval(takeOutOfNestings);
  }

  /**
   * A dynamic group has its members when it is there. Errors: 409 `name_taken`, `external_id_taken`, 422 `invalid_filter`,
   * 400 `rule_too_slow`.
   */
  async create(scope: TenantScope, input: GroupCreate): Promise<Group> {
    const rule = ruleOfInput(input);
    const fields = { name: input.name, description: input.description ?? null };
    const group = Object.assign(new Group(), {
      tenantId: scope.tenantId,
      id: newId(),
      ...fields,
      ...groupKeys(fields),
      externalId: input.external_id ?? null,
      kind: input.kind ?? 'static',
      rule: rule?.text ?? null,
    });
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      if (rule) await this.rules.lock(transaction, scope);
      const made = await this.#groups.create(scope, group, { ...input }, async () => {
        await transaction.query(CLOSE_NEW_GROUP, [scope.tenantId, group.id]);
      });
      const change = { groupId: made.id, before: null };
      if (rule) await this.rules.apply(transaction, scope, { ...change, after: rule.text, rule: rule.read });
      return made;
    });
  }

  /** In the order in which they were made, where no other is asked for. Errors: 400 `invalid_filter`, `filter_too_slow`. */
  async list(
    scope: TenantScope,
    asked: ListRequest & { search?: string | undefined },
    request: PageRequest,
  ): Promise<Page<Group>> {
    const { search } = asked;
    const parts = {
      catalogue: GROUP_FILTER,
      from: `FROM groups g WHERE g.tenant_id = $1 AND ($2::text IS NULL OR g.name_key LIKE $2)`,
      values: [scope.tenantId, search === undefined ? null : containing(comparisonKey(search))],
      sort: [{ column: 'id', type: 'uuid' }],
    } as const;
    return this.#groups.list(scope, { list: 'groups', alias: 'g', ...filteredList(parts, asked) }, request);
  }

  /** The group, or null where the tenant has no such. */
  async find(scope: TenantScope, id: string): Promise<Group | null> {
    return this.#groups.find(scope, id);
  }

  /** Errors: 404. */
  async get(scope: TenantScope, id: string): Promise<Group> {
    return this.#groups.get(scope, id);
  }

  /**
   * Applies a merge patch. The members of a dynamic group are those of its rule when this answers. Errors: 404, 409 as
   * for create, 409 `group_is_static` for a rule that the group cannot have, 412, 422 and 400 as for create.
   */
  async update(scope: TenantScope, id: string, expected: ExpectedVersion, patch: GroupUpdate): Promise<Group> {
    if (patch.rule === undefined) return this.#change(scope, id, expected, patch);
    const text = patch.rule;
    const rule = readRule(text);
    return this.doors.unitOfWork.run(scope, async (transaction) => {
      await this.rules.lock(transaction, scope);
      const before = await this.get(scope, id);
      if (before.kind === 'static') {
        throw conflict(
          'group_is_static',
          `The group ${before.name} is static: its members are put into it, by no rule.`,
        );
      }
      const after = await this.#change(scope, id, expected, patch);
      const change = { groupId: id, before: before.rule, after: text, rule };
      if (before.rule !== text) await this.rules.apply(transaction, scope, change);
      return after;
    });
  }

  /** Lets later rooms take away what they keep of a group that goes, in the same transaction. */
  onRemoval(hook: RemovalHook): void {
    this.#groups.onRemoval(hook);
  }

  /** Deletes the group with its memberships, nestings and assignments. Errors: 404, 412. */
  async remove(scope: TenantScope, id: string, expected: ExpectedVersion): Promise<void> {
    await this.doors.unitOfWork.run(scope, async (transaction) => {
      // Before the lock on the group's row: whoever nests takes the two in this order.
      await lockNestings(transaction, scope);
      const { kind, rule } = await this.get(scope, id);
      if (kind === 'dynamic') await this.rules.lock(transaction, scope);
      if (kind === 'dynamic') await this.rules.dissolve(transaction, scope, { id, rule: rule ?? '' });
      await this.#groups.remove(scope, id, expected);
    });
  }

  async #change(scope: TenantScope, id: string, expected: ExpectedVersion, patch: GroupUpdate): Promise<Group> {
    return this.#groups.change(scope, id, expected, (before) => patched(before, patch), { ...patch });
  }
}

async function takeOutOfNestings(transaction: Transaction, scope: TenantScope, id: string): Promise<void> {
  await withClosureOpened(transaction, scope, { upper: id, lower: id }, async () => {
    const gone = await transaction.query<NestingResponse>(REMOVE_NESTINGS_OF, [scope.tenantId, id]);
    for (const nesting of gone) recordNesting(transaction, 'deleted', nesting);
  });
}

/** The rule that a new group is to have, if any. Errors: 422 where it is missing, or has no place, or cannot be read. */
function ruleOfInput({ kind = 'static', rule }: GroupCreate): { text: string; read: Rule } | null {
  const loc = ['body', 'rule'];
  if (kind === 'dynamic' && rule === undefined) {
    throw invalid(loc, 'rule is required where kind is dynamic: a filter over users', 'missing');
  }
  if (kind === 'static' && rule !== undefined) {
    throw invalid(loc, 'rule is for groups whose kind is dynamic; send "kind": "dynamic" with it', 'rule_of_static');
  }
  return rule === undefined ? null : { text: rule, read: readRule(rule) };
}

function patched(before: Group, patch: GroupUpdate): Partial<Group> {
  const fields = {
    name: patch.name ?? before.name,
    description: patch.description === undefined ? before.description : patch.description,
  };
  return {
    ...fields,
    ...groupKeys(fields),
    externalId: patch.external_id === undefined ? before.externalId : patch.external_id,
    rule: patch.rule ?? before.rule,
  };
}
