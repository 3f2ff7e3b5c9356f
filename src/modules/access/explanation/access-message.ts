import type { AssignmentFact, MembershipFact, AccessFacts } from './access-facts.js';
import type { ValidityState } from '../../../kernel/validity.js';
import type { Reason } from './access-reasons.js';
import type { AccessPathResponse } from './dto/access-path.response.js';

/** Whom and what a sentence is about. */
export interface Named {
  readonly user_name: string;
  readonly application_name: string;
}

/** Says in one sentence by what way the user can use the application, and in how many more. */
export function allowedMessage(
  { user_name, application_name }: Named,
  path: AccessPathResponse,
  count: bigint,
): string {
  const more = count > 2n ? `, and in ${count - 1n} more ways` : count === 2n ? ', and in one more way' : '';
  return `${user_name} can use ${application_name} ${wayOf(path)}${more}.`;
}

/** Says in one sentence everything that keeps the user from using the application, with names and moments. */
export function refusedMessage(
  { user_name, application_name }: Named,
  reasons: readonly Reason[],
  facts: AccessFacts,
): string {
  return `${user_name} cannot use ${application_name}: ${reasons.map((reason) => CLAUSES[reason](facts)).join('; ')}.`;
}

function wayOf({ via }: AccessPathResponse): string {
  const [inner, outer] = [via[0], via.at(-1)];
  if (!inner || !outer) return 'by an assignment to the user itself';
  if (inner === outer) return `through the group ${inner.name}, to which it is assigned`;
  return `through the group ${inner.name} inside of ${outer.name}, to which it is assigned`;
}

const CLAUSES: Readonly<Record<Reason, (facts: AccessFacts) => string>> = {
  tenant_suspended: () => 'the tenant is suspended',
  user_suspended: () => 'the user is suspended',
  application_disabled: () => 'the application is disabled',
  assignment_not_yet_valid: (facts) => `the assignment to ${assigneeOf(facts, 'scheduled')}`,
  assignment_expired: (facts) => `the assignment to ${assigneeOf(facts, 'expired')}`,
  membership_not_yet_valid: (facts) => `the membership of ${membershipOf(facts, 'scheduled')}`,
  membership_expired: (facts) => `the membership of ${membershipOf(facts, 'expired')}`,
  no_assignment: () => 'it is assigned neither to the user nor to a group that the user is in',
};

function assigneeOf(facts: AccessFacts, state: ValidityState): string {
  const { group_id, ...bounds } = nearest(facts.assignments, state);
  return `${group_id === null ? 'the user itself' : nameOf(facts, group_id)} ${boundOf(bounds, state)}`;
}

function membershipOf(facts: AccessFacts, state: ValidityState): string {
  const { group_id, ...bounds } = nearest(facts.memberships, state);
  return `${nameOf(facts, group_id)} ${boundOf(bounds, state)}`;
}

function nameOf({ group_names }: AccessFacts, groupId: string): string {
  return group_names[groupId] ?? groupId;
}

/** Of several, what begins first, or what ended last. */
function nearest<Fact extends AssignmentFact | MembershipFact>(all: readonly Fact[], state: ValidityState): Fact {
  const distance = ({ valid_from, valid_until }: Fact): number =>
    state === 'scheduled' ? Date.parse(valid_from ?? '') : -Date.parse(valid_until ?? '');
  const [first] = all
    .filter((each) => each.state === state)
    .toSorted((left, right) => distance(left) - distance(right));
  if (!first) throw new Error(`A reason says that something is ${state}, and nothing is.`);
  return first;
}

function boundOf(
  { valid_from, valid_until }: Pick<MembershipFact, 'valid_from' | 'valid_until'>,
  state: ValidityState,
): string {
  const text = (state === 'scheduled' ? valid_from : valid_until) ?? '';
  return `${state === 'scheduled' ? 'begins' : 'ended'} on ${new Date(text).toISOString()}`;
}
