import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimByRename, makeStaging, stagingMaker, sweepStaging } from './staging.js';

const DEAD = 99_999_999;

describe('staging folders', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'staging-'));
  });

  afterEach(async () => {
    await rm(parent, { recursive: true, force: true });
  });

  /** A folder as a maker would have left it, last touched so many seconds ago. */
  async function leftBehind(maker: number, ageSeconds: number): Promise<string> {
    const folder = join(parent, `postgres.making-${String(maker)}-0badcafe`);
    await mkdir(folder);
    const time = Date.now() / 1000 - ageSeconds;
    await utimes(folder, time, time);
    return folder;
  }

  it('name their maker', () => {
    expect(stagingMaker('postgres.making-12-0badcafe', 'postgres')).toBe(12);
    expect(stagingMaker('postgres.making-12-0badcafe', 'other')).toBeUndefined();
    expect(stagingMaker('postgres', 'postgres')).toBeUndefined();
    expect(stagingMaker('postgres.making-12-0badcafe.old', 'postgres')).toBeUndefined();
  });

  it('are swept when their maker is dead and they are old', async () => {
    await leftBehind(DEAD, 120);
    await sweepStaging(parent, 'postgres');
    expect(await readdir(parent)).toEqual([]);
  });

  it('are kept while their maker lives, or when they are young, for it may live in another container', async () => {
    await leftBehind(process.pid, 120);
    await leftBehind(DEAD, 5);
    await sweepStaging(parent, 'postgres');
    expect(await readdir(parent)).toHaveLength(2);
  });

  it('take their place once: the second to claim it is refused', async () => {
    const goal = join(parent, 'postgres');
    const [first, second] = [await makeStaging(parent, 'postgres'), await makeStaging(parent, 'postgres')];
    await writeFile(join(first, 'one'), '');
    await writeFile(join(second, 'two'), '');
    expect(await claimByRename(first, goal)).toBe(true);
    expect(await claimByRename(second, goal)).toBe(false);
    expect(await readdir(goal)).toEqual(['one']);
  });

  it('report a claim that fails for another reason', async () => {
    const staging = await makeStaging(parent, 'postgres');
    await expect(claimByRename(staging, join(parent, 'missing', 'goal'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
