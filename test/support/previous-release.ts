import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGES = join(ROOT, 'node_modules');
const run = promisify(execFile);

/** The tag of the release before this commit: the highest `v*` that it descends from and is not itself; null where there is none. */
export const PREVIOUS_RELEASE = previousTag();

/** A build of another commit. */
export interface OtherBuild {
  readonly main: string;
  remove(): Promise<void>;
}

function previousTag(): string | null {
  const which = ['--list', 'v*', '--merged', 'HEAD', '--no-contains', 'HEAD', '--sort=-v:refname'];
  const { stdout, status } = spawnSync('git', ['tag', ...which], { cwd: ROOT, encoding: 'utf8' });
  const newest = status === 0 ? stdout.split('\n')[0] : '';
  return newest === undefined || newest === '' ? null : newest;
}

/** Builds what `tag` names in a folder of its own, with the packages of today: npm would have to be reached for its own ones. */
export async function buildOf(tag: string): Promise<OtherBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'doorlist-release-'));
  const archive = join(folder, 'release.tar');
  await run('git', ['archive', '--output', archive, tag], { cwd: ROOT });
  await run('tar', ['-xf', archive, '-C', folder]);
  await symlink(PACKAGES, join(folder, 'node_modules'));
  await run(process.execPath, [join(PACKAGES, '@nestjs/cli/bin/nest.js'), 'build'], { cwd: folder });
  return { main: join(folder, 'dist/src/main.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
