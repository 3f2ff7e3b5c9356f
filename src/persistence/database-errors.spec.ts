import { DomainError } from '../kernel/domain-error.js';
import { isConnectionLoss, isRetrySafe, toDomainError } from './database-errors.js';

const internalError = (words: string): Error => Object.assign(new Error(words), { code: 'XX000' });

describe('what a cluster calls an internal error', () => {
  it.each([
    'could not commit transaction for shard 102077 on at least one active node',
    'terminating connection due to administrator command',
  ])('is a database that does not answer where it says: %s', (words) => {
    const refusal = toDomainError(internalError(words));
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({ kind: 'unavailable', code: 'database_unavailable' });
    // Whether it was carried out is not known, so nobody does it again unasked.
    expect([isRetrySafe(internalError(words)), isConnectionLoss(internalError(words))]).toEqual([false, false]);
  });

  it('is one where it says anything else', () => {
    const other = internalError('tuple concurrently updated');
    expect(toDomainError(other)).toBe(other);
  });
});
