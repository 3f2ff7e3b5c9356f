import { DomainError } from './domain-error.js';

/** Throws 412 unless the caller expects any version (null) or the one that the resource has. */
export function checkVersion(expected: number | null, version: number): void {
  if (expected === null || expected === version) return;
  throw new DomainError(
    'precondition_failed',
    'version_mismatch',
    `The resource is at version "${version}"; read it again and send its ETag in If-Match.`,
  );
}
