import { DomainError, listedIssues, type FieldIssue } from '../../../kernel/domain-error.js';
import { isInOrder, orderIssue, validityOf, type Validity } from '../../../kernel/validity.js';
import type { Assignee } from '../assignee.js';

/** One operation as it was sent. */
interface AskedOperation {
  readonly op: 'add' | 'remove';
  readonly user_id?: string | null;
  readonly group_id?: string | null;
  readonly valid_from?: string | null;
  readonly valid_until?: string | null;
}

/** One operation that makes sense beside all others. */
export interface PlannedOperation {
  readonly index: number;
  readonly op: 'add' | 'remove';
  readonly assignee: Assignee;
  readonly validity: Validity;
  /** Whether an earlier operation says the same. */
  readonly isRepeat: boolean;
}

/** Throws 422 with every operation that makes no sense, by itself or beside an earlier one. */
export function plannedOperations(asked: readonly AskedOperation[]): PlannedOperation[] {
  const issues = asked.flatMap(ownIssues);
  if (issues.length > 0) throw refused(issues);
  const firsts = new Map<string, PlannedOperation>();
  const planned = asked.map((operation, index) => {
    const assignee = assigneeOf(operation);
    const key = keyOf(assignee);
    const first = firsts.get(key);
    const next = { index, op: operation.op, assignee, validity: validityOf(operation), isRepeat: first !== undefined };
    if (!first) firsts.set(key, next);
    else if (!isSame(first, next)) issues.push(contradiction(first, next));
    return next;
  });
  if (issues.length > 0) throw refused(issues);
  return planned;
}

/** What tells assignees apart. */
export function keyOf({ kind, id }: Assignee): string {
  return `${kind} ${id}`;
}

/** Where an operation names its assignee. */
export function assigneeAt(index: number, { kind }: Pick<Assignee, 'kind'>): (string | number)[] {
  return ['body', 'operations', index, `${kind}_id`];
}

function ownIssues(operation: AskedOperation, index: number): FieldIssue[] {
  const { op, user_id: userId, group_id: groupId, valid_from: from, valid_until: until } = operation;
  const at = ['body', 'operations', index];
  const named = [userId ?? null, groupId ?? null].filter((id) => id !== null).length;
  const validity = { valid_from: from ?? null, valid_until: until ?? null };
  const issues: FieldIssue[] = [];
  if (named !== 1) {
    const msg = `name exactly one of user_id and group_id, not ${named === 0 ? 'none' : 'both'}`;
    issues.push({ loc: assigneeAt(index, { kind: 'user' }), msg, type: 'one_assignee' });
  }
  if (op === 'add' && !isInOrder(validity)) issues.push(orderIssue(validity, at));
  const bounds = op === 'add' ? [] : (['valid_from', 'valid_until'] as const).filter((name) => validity[name] !== null);
  const isForAdd = 'is for add alone; a removal has no bounds';
  return [...issues, ...bounds.map((name) => ({ loc: [...at, name], msg: `${name} ${isForAdd}`, type: 'add_only' }))];
}

function assigneeOf({ user_id: userId, group_id: groupId }: AskedOperation): Assignee {
  return typeof userId === 'string' ? { kind: 'user', id: userId } : { kind: 'group', id: groupId ?? '' };
}

function isSame(first: PlannedOperation, next: PlannedOperation): boolean {
  const { validity: one } = first;
  const { validity: other } = next;
  return first.op === next.op && one.valid_from === other.valid_from && one.valid_until === other.valid_until;
}

function contradiction(first: PlannedOperation, next: PlannedOperation): FieldIssue {
  const { kind, id } = next.assignee;
  const how = first.op === next.op ? 'with other bounds' : `as ${first.op}`;
  const msg = `${kind} ${id} stands in operation ${first.index} already, ${how}; one call can do only one thing to it`;
  return { loc: assigneeAt(next.index, next.assignee), msg, type: 'contradicting_operations' };
}

function refused(issues: readonly FieldIssue[]): DomainError {
  return new DomainError('invalid', 'validation_failed', 'Some operations make no sense.', listedIssues(issues));
}
