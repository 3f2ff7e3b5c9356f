import { DomainError } from './domain-error.js';

/** The versions that a caller is content with, of which one must be the present; null: any. */
export type ExpectedVersion = readonly number[] | null;

/** Throws 412 unless `version` is one that the caller expects. */
export function checkVersion(expected: ExpectedVersion, version: number): void {
  if (expected === null || expected.includes(version)) return;
  throw new DomainError(
    'precondition_failed',
    'version_mismatch',
    `The resource is at version "${version}"; read it again and send its ETag in If-Match.`,
  );
}
