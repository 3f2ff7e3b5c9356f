import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file of the machine's folder for such, in a folder that only this process's user may enter. */
export class TemporaryFile {
  readonly #path: string;

  private constructor(private readonly folder: string) {
    this.#path = join(folder, 'rows');
  }

  static async make(): Promise<TemporaryFile> {
    return new TemporaryFile(await mkdtemp(join(tmpdir(), 'doorlist-file-')));
  }

  write(): Writable {
    return createWriteStream(this.#path, { mode: 0o600 });
  }

  read(): Readable {
    return createReadStream(this.#path);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The same bytes, once all of them have arrived; what they came from is free by then. */
export async function throughFile(source: Readable): Promise<Readable> {
  const file = await TemporaryFile.make();
  try {
    await pipeline(source, file.write());
  } catch (error) {
    await file.remove();
    throw error;
  }
  const copy = file.read();
  copy.once('close', () => void file.remove().catch(() => undefined));
  return copy;
}
