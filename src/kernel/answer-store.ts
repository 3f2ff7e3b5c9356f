import type { DomainError } from './domain-error.js';
import type { AnyScope } from './scope.js';

/** What makes two requests the same one: who sent it, the key they gave it, and a digest of all it asked for. */
export interface RepeatableRequest {
  readonly caller: string;
  readonly key: string;
  readonly digest: Buffer;
}

/** What the first request was answered, an answer or a refusal, and whether this is that request or a later one. */
export type KeptAnswer<Answer> = { readonly repeated: boolean } & (
  { readonly answer: Answer } | { readonly refusal: DomainError }
);

/** Keeps the answers of requests that carry an Idempotency-Key, for 24 hours. */
export abstract class AnswerStore {
  /**
   * Runs `work` once for a key: a later or simultaneous request with the same key waits and gets the first answer, or
   * the first refusal. The answer is kept in the transaction of the work itself, so a crash keeps both or neither.
   * Errors: 422 `idempotency_key_reused` where the key came with another request before.
   */
  abstract once<Answer>(
    scope: AnyScope,
    request: RepeatableRequest,
    work: () => Promise<Answer>,
  ): Promise<KeptAnswer<Answer>>;
}
