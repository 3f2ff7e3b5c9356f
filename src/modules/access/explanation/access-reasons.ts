import type { ValidityState } from '../../../kernel/validity.js';

/** Why a user cannot use an application, the most telling first: an answer that has room for one names the first. */
export const REASONS = [
  'tenant_suspended',
  'user_suspended',
  'application_disabled',
  'assignment_not_yet_valid',
  'assignment_expired',
  'membership_not_yet_valid',
  'membership_expired',
  'no_assignment',
] as const;

export type Reason = (typeof REASONS)[number];

/** Who and what must be active, whatever is assigned. */
export interface Standing {
  readonly tenant_status: string;
  readonly user_status: string;
  readonly application_status: string;
}

/** What closes the application to the user whatever is assigned. */
export function closedBy({ tenant_status, user_status, application_status }: Standing): Reason[] {
  return [
    ...(tenant_status === 'active' ? [] : ['tenant_suspended' as const]),
    ...(user_status === 'active' ? [] : ['user_suspended' as const]),
    ...(application_status === 'active' ? [] : ['application_disabled' as const]),
  ];
}

/** What of an assignment, and of the membership that it is reached by, does not hold now. */
export function lapsedBy(assignment: ValidityState, membership: ValidityState): Reason[] {
  return [...outOfTime('assignment', assignment), ...outOfTime('membership', membership)];
}

function outOfTime(what: 'assignment' | 'membership', state: ValidityState): Reason[] {
  if (state === 'valid') return [];
  return [state === 'scheduled' ? `${what}_not_yet_valid` : `${what}_expired`];
}

/** Each once, the most telling first. */
export function inOrder(reasons: Iterable<Reason>): Reason[] {
  const given = new Set(reasons);
  return REASONS.filter((reason) => given.has(reason));
}
