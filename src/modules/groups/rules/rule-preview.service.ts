import { Injectable } from '@nestjs/common';
import type { ChangeSide, ChangedMember, MemberChange } from '../../../kernel/access-preview.js';
import { conflict } from '../../../kernel/domain-error.js';
import type { TenantScope } from '../../../kernel/scope.js';
import { DatabaseDoors } from '../../../persistence/database-doors.js';
import { UserSet, type PackedUsers } from '../../users/index.js';
import { GroupsService } from '../groups.service.js';
import { isTooSlow, tooSlow } from './rule-too-slow.js';
import { readRule } from './rule.js';
import { NAMED_BY_ORDINAL, dueAndThere } from './rules.queries.js';

/** Users of one side of an answer. */
const PAGE = 100;

/** What is asked for; `groupId` names a dynamic group whose members the rule is compared with. */
interface PreviewedRule {
  readonly rule: string;
  readonly groupId: string | undefined;
  readonly cursor: string | undefined;
}

/** Tells for whom a rule holds, and writes nothing. */
@Injectable()
export class RulePreviewService {
  constructor(
    private readonly doors: DatabaseDoors,
    private readonly groups: GroupsService,
  ) {}

  /** Errors: 404 for the group, 409 `group_is_static`, 422 `invalid_filter`, 400 `rule_too_slow` and `invalid_cursor`. */
  async of(scope: TenantScope, { rule, groupId, cursor }: PreviewedRule): Promise<MemberChange> {
    const list = { list: 'rule-preview', filters: [rule, groupId ?? null] };
    const [side, last] = cursor === undefined ? [] : this.doors.paginator.opened(scope, list, cursor);
    const { due, there } = await this.#read(scope, rule, groupId);
    const page = async (name: string, users: UserSet): Promise<ChangeSide<ChangedMember>> => {
      const isAsked = side === undefined || side === name;
      const ordinals = isAsked ? users.slice(last === undefined ? 0 : users.rank(Number(last)), PAGE + 1) : [];
      const next = ordinals.length > PAGE ? (ordinals[PAGE - 1] ?? null) : null;
      return {
        count: users.size,
        items: await this.#named(scope, ordinals.slice(0, PAGE)),
        next_cursor: next === null ? null : this.doors.paginator.sealed(scope, list, [name, next]),
      };
    };
    return { joined: await page('joined', due.minus(there)), left: await page('left', there.minus(due)) };
  }

  /** For whom the rule holds, and who is in the group, both of one moment. */
  async #read(
    scope: TenantScope,
    text: string,
    groupId: string | undefined,
  ): Promise<{ due: UserSet; there: UserSet }> {
    const rule = readRule(text);
    if (groupId !== undefined) await this.#requireDynamic(scope, groupId);
    const values: unknown[] = [scope.tenantId, groupId ?? null];
    const [due, there] = [new UserSet(), new UserSet()];
    try {
      const statement = dueAndThere(rule, values);
      const rows = await this.doors.database.queryLong<PackedUsers & { is_due: boolean }>(scope, statement, values);
      for (const row of rows) (row.is_due ? due : there).addPacked(row);
    } catch (error) {
      throw isTooSlow(error) ? tooSlow() : error;
    }
    return { due, there };
  }

  async #requireDynamic(scope: TenantScope, groupId: string): Promise<void> {
    const { kind, name } = await this.groups.get(scope, groupId);
    if (kind === 'static') throw conflict('group_is_static', `The group ${name} is static: no rule says who is in it.`);
  }

  async #named(scope: TenantScope, ordinals: readonly number[]): Promise<ChangedMember[]> {
    if (ordinals.length === 0) return [];
    return this.doors.database.query<ChangedMember>(scope, NAMED_BY_ORDINAL, [scope.tenantId, ordinals]);
  }
}
