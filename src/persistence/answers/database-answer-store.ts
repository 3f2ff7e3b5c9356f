import { createHash } from 'node:crypto';
import { AnswerStore, type KeptAnswer, type RepeatableRequest } from '../../kernel/answer-store.js';
import { DomainError } from '../../kernel/domain-error.js';
import { TenantScope, type AnyScope } from '../../kernel/scope.js';
import type { Transaction } from '../transaction.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { PLATFORM_ANSWERS, TENANT_ANSWERS } from './answers.queries.js';
import { seal, unseal } from './sealed-answer.js';

/** What is kept: an answer, or the refusal that the first request met. */
type Kept =
  { readonly answer: unknown } | { readonly refusal: Pick<DomainError, 'kind' | 'code' | 'message' | 'issues'> };

interface KeptRow {
  readonly request_digest: Buffer;
  readonly answer: Buffer;
}

/** Keeps answers in the database, each in the transaction of the work that it answers. */
export class DatabaseAnswerStore extends AnswerStore {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  override async once<Answer>(
    scope: AnyScope,
    request: RepeatableRequest,
    work: () => Promise<Answer>,
  ): Promise<KeptAnswer<Answer>> {
    const { kept, repeated } = await this.unitOfWork.run(scope, async (transaction) => {
      const before = await this.#find(transaction, scope, request);
      if (before) return { kept: before, repeated: true };
      const kept = await attempt(transaction, work);
      await this.#keep(transaction, scope, request, kept);
      return { kept, repeated: false };
    });
    if ('answer' in kept) return { answer: kept.answer as Answer, repeated };
    const { kind, code, message, issues } = kept.refusal;
    return { refusal: new DomainError(kind, code, message, issues), repeated };
  }

  async #find(transaction: Transaction, scope: AnyScope, request: RepeatableRequest): Promise<Kept | null> {
    const { lock, find } = statementsOf(scope);
    const key = keyOf(scope, request);
    await transaction.query(lock, [JSON.stringify([key[0], request.caller, request.key])]);
    const [row] = await transaction.query<KeptRow>(find, key);
    if (!row) return null;
    if (row.request_digest.equals(request.digest)) return unseal(row.answer, request.key, request.digest) as Kept;
    throw new DomainError(
      'invalid',
      'idempotency_key_reused',
      'This Idempotency-Key came with another request before; take a new key for a new request.',
      [{ loc: ['header', 'Idempotency-Key'], msg: 'was used for another request', type: 'idempotency_key_reused' }],
    );
  }

  async #keep(transaction: Transaction, scope: AnyScope, request: RepeatableRequest, kept: Kept): Promise<void> {
    const { keep, forgetOld } = statementsOf(scope);
    const sealed = seal(kept, request.key, request.digest);
    await transaction.query(keep, [...keyOf(scope, request), request.digest, sealed]);
    await transaction.query(forgetOld, [keyOf(scope, request)[0]]);
  }
}

/** Runs the work behind a savepoint, so that a refusal takes back what it wrote and can itself be kept. */
async function attempt(transaction: Transaction, work: () => Promise<unknown>): Promise<Kept> {
  transaction.savepoint('answer');
  try {
    return { answer: await work() };
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
    await transaction.rollbackToSavepoint('answer');
    const { kind, code, message, issues } = error;
    return { refusal: { kind, code, message, issues } };
  }
}

function statementsOf(scope: AnyScope): typeof TENANT_ANSWERS {
  return scope instanceof TenantScope ? TENANT_ANSWERS : PLATFORM_ANSWERS;
}

function keyOf(scope: AnyScope, request: RepeatableRequest): [string | null, string, Buffer] {
  const tenant = scope instanceof TenantScope ? scope.tenantId : null;
  return [tenant, request.caller, createHash('sha256').update(request.key).digest()];
}
