// node .ci/licenses.mjs [<lock file>]: the licence of every package that the service may load, a line each. Exits with 1 where
// a package, of the tools and tests as well, has a licence that this list does not allow.
import { lockedPackages } from './shipped-packages.mjs';

/** Licences that ask for no more than to be named: who runs or passes on Doorlist owes nothing else. */
const ALLOWED = new Set([
  '(MIT AND Zlib)',
  '(MIT OR CC0-1.0)',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Python-2.0',
]);

/** Allowed for what is never shipped: data that a tool reads. */
const ALLOWED_FOR_TOOLS = new Set(['CC-BY-4.0']);

const packages = [...lockedPackages(process.argv[2])].sort(([left], [right]) => (left < right ? -1 : 1));
for (const [id, { license, isShipped }] of packages) {
  if (isShipped) console.log(`${id} ${license}`);
  if (ALLOWED.has(license) || (!isShipped && ALLOWED_FOR_TOOLS.has(license))) continue;
  console.error(`${id} has the licence ${license ?? 'that nobody knows'}, which .ci/licenses.mjs does not allow.`);
  process.exitCode = 1;
}
