import type { ValidityPatch } from '../../../kernel/validity.js';
import type { MembershipResponse } from '../dto/group.responses.js';

/** Whether there is a moment at which the membership holds after the change, and would not have held without it. */
export function isLonger({ valid_from: from, valid_until: until }: MembershipResponse, patch: ValidityPatch): boolean {
  const [beganAt, endedAt] = [from?.getTime() ?? -Infinity, until?.getTime() ?? Infinity];
  const beginsAt = patch.valid_from === undefined ? beganAt : boundOf(patch.valid_from, -Infinity);
  const endsAt = patch.valid_until === undefined ? endedAt : boundOf(patch.valid_until, Infinity);
  return beginsAt < beganAt || endsAt > endedAt;
}

function boundOf(moment: string | null, unbounded: number): number {
  return moment === null ? unbounded : Date.parse(moment);
}
