// node .ci/sbom.mjs: what the service is made of, as CycloneDX JSON on the standard output. Made of the lock file alone.
// `npm sbom --omit dev` would leave out what both the service and a tool use, such as fastify: so it is asked for all, and the
// packages of the tools are taken out here.
import { execFileSync } from 'node:child_process';
import { lockedPackages } from './shipped-packages.mjs';

const LARGEST_BYTES = 64 * 1024 * 1024;

const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
const bom = JSON.parse(execFileSync('npm', args, { maxBuffer: LARGEST_BYTES, stdio: ['ignore', 'pipe', 'ignore'] }));
const packages = lockedPackages();
const isShipped = (id) => packages.get(id)?.isShipped === true;
const root = bom.metadata.component;

// npm names it after the folder that it lies in.
root.name = root['bom-ref'].split('@')[0];
bom.components = bom.components
  .filter((component) => isShipped(component['bom-ref']))
  .map((component) => ({ ...component, licenses: component.licenses ?? [licenseOf(component['bom-ref'])] }));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => ref === root['bom-ref'] || isShipped(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isShipped) }));
console.log(JSON.stringify(bom, null, 2));

function licenseOf(id) {
  return { license: { id: packages.get(id).license } };
}
