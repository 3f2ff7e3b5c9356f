import type { ApiAnswer } from './api.js';
import { refusal } from './assignment-steps.js';

/** What contract 3 calls its refusals. */
const NAMES: Readonly<Record<number, string>> = {
  401: 'AuthorizationException',
  403: 'IllegalOperationError',
  404: 'KeyError',
};

/** A refusal in the words of the surface that the path belongs to. */
export function refusalAt(path: string, answer: ApiAnswer, code: string, message: unknown): object {
  if (path.startsWith('/roles/')) return { detail: [NAMES[answer.status] ?? 'ValueError', message] };
  if (path.startsWith('/v1/')) return { message, error_code: answer.status };
  return refusal(answer, code, message);
}
