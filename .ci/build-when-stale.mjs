// Builds where what is built is not of the sources as they are. `npm start`, `npm test` and the commands all begin with this.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = ['src', 'migrations', 'nest-cli.json', 'package-lock.json', 'tsconfig.build.json', 'tsconfig.json'];
/** In the folder that every build begins by removing: a build that fails, and one by hand, leave none. */
const BUILT_OF = join(ROOT, 'dist', 'built-of');

/** Changes with the name, the size and the time of any file that is built. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(ROOT, source);
    const isFolder = statSync(path).isDirectory();
    for (const name of isFolder ? readdirSync(path, { recursive: true }).sort() : ['']) {
      const { size, mtimeMs } = statSync(join(path, name));
      hash.update(`${source}/${name} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

function builtOf() {
  try {
    return readFileSync(BUILT_OF, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return null;
  }
}

const sources = fingerprint();
if (sources !== builtOf()) {
  rmSync(BUILT_OF, { force: true });
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  if (status === 0) writeFileSync(BUILT_OF, sources);
  process.exitCode = status ?? 1;
}
