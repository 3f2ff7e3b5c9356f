import { DomainError } from '../kernel/domain-error.js';
import { isConnectionLoss, isRetrySafe, toDomainError } from './database-errors.js';

describe('what a cluster says of a node that was lost under a COMMIT', () => {
  const words = 'could not commit transaction for shard 102077 on at least one active node';
  const said = Object.assign(new Error(words), { code: 'XX000' });

  it('is that the database does not answer, and nothing that may be done again unasked', () => {
    const refusal = toDomainError(said);
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({ kind: 'unavailable', code: 'database_unavailable' });
    expect([isRetrySafe(said), isConnectionLoss(said)]).toEqual([false, false]);
  });

  it('is nothing else that it calls an internal error', () => {
    const other = Object.assign(new Error('tuple concurrently updated'), { code: 'XX000' });
    expect(toDomainError(other)).toBe(other);
  });
});
