import { testState } from './test-state.js';

/** Why tests that need a cluster are skipped; null where the run has one. */
export const NO_CITUS = testState().isCluster ? null : 'DATABASE_URL names no coordinator of a cluster';

/** Tests of what only a cluster has; where there is none they are skipped, and their name says why. */
export function onCluster(name: string, tests: () => void): void {
  if (NO_CITUS === null) describe(name, tests);
  // eslint-disable-next-line no-restricted-syntax -- only a cluster has what they look at
  else describe.skip(`${name} (skipped: ${NO_CITUS})`, tests);
}
