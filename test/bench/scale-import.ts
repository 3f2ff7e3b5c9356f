import type { SequentialCaller } from './requests.js';

/** How long an import took, and how long COPY took for the same rows into the same tables; in milliseconds. */
export interface ImportFigures {
  readonly rows: number;
  readonly imported: number;
  readonly copied: number;
}

/**
 * The import of a tenant of this size (its users, and four memberships each) beside a raw COPY of the same rows into the
 * same tables. Null where the build has no imports.
 */
export async function measureImport(caller: SequentialCaller): Promise<ImportFigures | null> {
  const { status } = await caller.attempt({ method: 'GET', path: '/imports' });
  if (status !== 404) console.warn('The build has imports, but they are not measured yet.');
  return null;
}
