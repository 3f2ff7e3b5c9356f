import { DomainError } from '../../../kernel/domain-error.js';

/** 422: the file as a whole cannot be read, from `line` on where one is to blame. Nothing of it is written. */
export function fileProblem(type: string, msg: string, line?: number): DomainError {
  const loc = line === undefined ? ['body'] : ['body', line];
  const where = line === undefined ? msg : `line ${line}: ${msg}`;
  return new DomainError('invalid', 'validation_failed', where, [{ loc, msg: where, type }]);
}
