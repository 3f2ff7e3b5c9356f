import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obtainPassword } from './password.js';

describe('the password of the data folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'password-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is made once, of 32 bytes, for its owner alone', async () => {
    const password = await obtainPassword(folder, true);
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    expect(await obtainPassword(folder, true)).toBe(password);
    expect(await obtainPassword(folder, false)).toBe(password);
    expect(await readdir(folder)).toEqual(['postgres.password']);
    expect((await stat(join(folder, 'postgres.password'))).mode & 0o777).toBe(0o600);
  });

  it('is one and the same for all who make it at once', async () => {
    const passwords = await Promise.all(Array.from({ length: 10 }, () => obtainPassword(folder, true)));
    expect(new Set(passwords).size).toBe(1);
    expect(await readdir(folder)).toEqual(['postgres.password']);
  });

  it('is not made anew beside a cluster that has another', async () => {
    await expect(obtainPassword(folder, false)).rejects.toMatchObject({ code: 'data_folder_unusable' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is refused when somebody has written something else there', async () => {
    await writeFile(join(folder, 'postgres.password'), 'secret\n');
    await expect(obtainPassword(folder, false)).rejects.toThrow(/64 hex digits/);
  });
});
