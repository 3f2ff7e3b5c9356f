import { isUuid } from '../../../kernel/ids.js';
import type { EntitlementGrant } from '../dto/grant.requests.js';

/** One item of a call, with its place in the answer. */
export interface PlannedItem {
  readonly operation: 'grant' | 'revoke';
  readonly kind: 'user' | 'group';
  /** As it was sent. */
  readonly code: string;
  /** Null where the code is none of ours. */
  readonly id: string | null;
  readonly rights: readonly string[];
}

/** All items in the order of the answer: grants to users, to groups, and then what is revoked. */
export function plannedItems({ grant, revoke }: EntitlementGrant): PlannedItem[] {
  return [
    ...(grant?.users ?? []).map(({ user, rights }) => item('grant', 'user', user, rights)),
    ...(grant?.groups ?? []).map(({ group, rights }) => item('grant', 'group', group, rights)),
    ...(revoke?.users ?? []).map(({ user }) => item('revoke', 'user', user)),
    ...(revoke?.groups ?? []).map(({ group }) => item('revoke', 'group', group)),
  ];
}

function item(
  operation: PlannedItem['operation'],
  kind: PlannedItem['kind'],
  code: string,
  rights: readonly string[] = [],
): PlannedItem {
  return { operation, kind, code, id: isUuid(code) ? code.toLowerCase() : null, rights };
}
