/** The database superuser's password: made once, kept beside the cluster, readable by its owner alone. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorText } from './error-code.js';
import { unusable } from './data-folder.js';

const FORM = /^[0-9a-f]{64}$/;

/**
 * Reads `<folder>/postgres.password`, or makes it from 32 random bytes when `mayMake`. Of two processes that make it at
 * once, both return the same one: link(2) puts a complete file in place, and only the first succeeds.
 * @throws EngineError when it is missing although a cluster exists, or holds something else
 */
export async function obtainPassword(folder: string, mayMake: boolean): Promise<string> {
  const file = join(folder, 'postgres.password');
  try {
    if (mayMake) await makePassword(file);
    const password = (await readFile(file, 'utf8')).trim();
    if (FORM.test(password)) return password;
    throw unusable(`${file} does not hold the password that Doorlist wrote there (64 hex digits): put it back`);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      throw unusable(
        `${file} is missing, and without it the database beside it cannot be opened: put it back, or set DATA_DIR`,
      );
    }
    if (errorCode(error) === 'EACCES') {
      throw unusable(
        `cannot read ${file}: ${errorText(error)}; run Doorlist as the user that owns it, or set DATA_DIR`,
      );
    }
    throw error;
  }
}

async function makePassword(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    // Some shared folders know no hard links; there, exclusive creation is the next best.
    await writeFile(file, await readFile(draft), { mode: 0o600, flag: 'wx' }).catch((second: unknown) => {
      if (errorCode(second) !== 'EEXIST') throw second;
    });
  } finally {
    await rm(draft, { force: true });
  }
}
