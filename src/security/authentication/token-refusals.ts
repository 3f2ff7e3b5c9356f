import { DomainError } from '../../kernel/domain-error.js';

/** 401: why a token is not good enough. It says what the caller can mend, and nothing about keys or other tokens. */
export function refusedToken(code: string, message: string): DomainError {
  return new DomainError('unauthenticated', code, message);
}

export function missingToken(): DomainError {
  return refusedToken('missing_token', 'Send an access token in the header "Authorization: Bearer <token>".');
}

/** The one answer to everything that is forged, broken or signed by a key that the issuer does not have. */
export function invalidToken(
  message = "The access token is malformed, or its signature is not its issuer's.",
): DomainError {
  return refusedToken('invalid_token', message);
}

export function expiredToken(): DomainError {
  return refusedToken('expired_token', 'The access token has expired; get a new one.');
}

/** 503: the issuer's keys cannot be had, so nobody can say whether the token is good. */
export function issuerUnavailable(issuer: string): DomainError {
  return new DomainError(
    'unavailable',
    'issuer_unavailable',
    `The keys of the issuer ${issuer} cannot be read at the moment; try again.`,
  );
}
