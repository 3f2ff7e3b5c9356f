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

describe('a database that lets nobody in', () => {
  it.each([
    ['3D000', 'database "doorlist" does not exist'],
    ['28P01', 'password authentication failed for user "doorlist"'],
    ['28000', 'role "doorlist" is not permitted to log in'],
  ])('is one that does not answer: %s', (code, words) => {
    const refusal = toDomainError(Object.assign(new Error(words), { code }));
    expect(refusal).toMatchObject({ kind: 'unavailable', code: 'database_unavailable' });
    expect((refusal as Error).message).not.toContain('doorlist');
  });
});
