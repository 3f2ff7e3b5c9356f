import type { Transaction } from '../../../persistence/transaction.js';
import type { NestingResponse } from '../dto/group.responses.js';

/** Writes down that a nesting was made or taken away. */
export function recordNesting(transaction: Transaction, done: 'created' | 'deleted', nesting: NestingResponse): void {
  transaction.record({
    action: `nesting.${done}`,
    resourceType: 'nesting',
    resourceId: nesting.parent_id,
    before: done === 'deleted' ? nesting : null,
    after: done === 'created' ? nesting : null,
  });
}
