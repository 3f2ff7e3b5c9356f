import type { AnyScope } from '../kernel/scope.js';
import type { AuthenticatedRequest } from './authentication/index.js';

/** A request on its way through the guards: who calls is known, and then what the call may touch. */
export interface ScopedRequest extends AuthenticatedRequest {
  scope?: AnyScope;
}
