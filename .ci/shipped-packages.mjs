// The packages of package-lock.json, with what is not in it.
import { readFileSync } from 'node:fs';

/** What packages do not say in the field for it: read in their own files, for these versions alone. */
const READ_BY_HAND = new Map([
  ['passport-strategy@1.0.0', 'MIT'], // in the older field `licenses`
  ['pause@0.0.1', 'MIT'], // at the end of its Readme.md
]);

/**
 * Every package of the lock file by `name@version`: its licence (null where it names none) and whether the service may load it
 * or only the tools and tests do.
 */
export function lockedPackages(lockFile = new URL('../package-lock.json', import.meta.url)) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  const found = new Map();
  for (const [path, { version, license, dev = false }] of Object.entries(packages)) {
    if (path === '') continue;
    const id = `${path.split('node_modules/').at(-1)}@${version}`;
    const isShipped = !dev || found.get(id)?.isShipped === true;
    found.set(id, { license: license ?? READ_BY_HAND.get(id) ?? null, isShipped });
  }
  return found;
}
