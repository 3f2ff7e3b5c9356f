import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Answer } from '../answers.js';

/** An operation that would fail, in a call that does the others nevertheless. */
@ApiSchema({ name: 'FailedOperation' })
export class FailedOperation {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Its place among the operations, from 0.', example: 0 })
  index!: number;

  @ApiProperty({ type: String, example: 'user_not_found' })
  code!: string;
}

/** The answer of a call that says of each operation what it came to. */
interface ToldOneByOne {
  /** `code` says why an operation failed; null where it did not. */
  readonly results: readonly { readonly index: number; readonly code: string | null }[];
}

/** Those that failed, in their order; null where the answer does not tell of operations one by one. */
export function failedOperationsIn(answer: unknown): FailedOperation[] | null {
  if (!(answer instanceof Answer) || !isToldOneByOne(answer.data)) return null;
  return answer.data.results.flatMap(({ index, code }) => (code === null ? [] : [{ index, code }]));
}

function isToldOneByOne(data: unknown): data is ToldOneByOne {
  return typeof data === 'object' && data !== null && 'results' in data && Array.isArray(data.results);
}
