import type { AccessFacts } from './access-facts.js';
import { AccessPaths } from './access-paths.js';
import type { AccessPathResponse } from './dto/access-path.response.js';

/** Some of the paths that give a user access now. */
export interface BoundedPaths {
  readonly paths: readonly AccessPathResponse[];
  /** Of all paths, as `countOf` has it. */
  readonly pathCount: number;
  readonly truncated: boolean;
}

/** At most `most` of the paths that hold now. */
export function boundedPaths(facts: AccessFacts, most: number): BoundedPaths {
  const { count, paths } = new AccessPaths(facts).holding(most);
  return { paths, pathCount: countOf(count), truncated: count > BigInt(paths.length) };
}

/** As a number: the largest that JSON readers take exactly (2^53 - 1), where it is more. */
export function countOf(count: bigint): number {
  return count > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(count);
}
