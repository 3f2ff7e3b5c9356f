import { statSync } from 'node:fs';
import { basename } from 'node:path';

/** The files that take longest, the longest first; most of them start processes, which the size of a file does not tell. */
const LONGEST = [
  'attacks',
  'rolling-restart',
  'access-property',
  'life-cycle',
  'keys',
  'import-command',
  'migrations',
  'configuration',
  'operations',
  'ingress-answers',
  'paging',
  'faults',
  'imports-while-they-run',
  'group-nestings',
  'verify',
  'effective-users-lists',
  'api-clients',
  'query-count',
].map((name) => `${name}.e2e-spec.ts`);

function placeOf({ path }) {
  const place = LONGEST.indexOf(basename(path));
  return place < 0 ? LONGEST.length : place;
}

/**
 * The order of the test files, as Jest asks for it: what would end last begins first, so that the workers end together.
 * Jest's own order goes by the times of earlier runs, which a clean clone has not; behind the known ones, the larger goes first.
 */
export default class LongestFirst {
  sort(tests) {
    const sizes = new Map(tests.map(({ path }) => [path, statSync(path).size]));
    return tests.toSorted((one, other) => placeOf(one) - placeOf(other) || sizes.get(other.path) - sizes.get(one.path));
  }

  cacheResults() {}

  allFailedTests(tests) {
    return tests;
  }

  shard(tests, { shardIndex, shardCount }) {
    return tests.filter((_, index) => index % shardCount === shardIndex - 1);
  }
}
