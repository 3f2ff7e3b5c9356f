import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * A file in the machine's folder for such that has no name: it is gone with this process, however that ends, and nobody else
 * finds what people are called in it.
 */
export class TemporaryFile {
  private constructor(
    private readonly writer: FileHandle,
    private readonly reader: FileHandle,
  ) {}

  static async make(): Promise<TemporaryFile> {
    const folder = await mkdtemp(join(tmpdir(), 'doorlist-file-'));
    try {
      const path = join(folder, 'rows');
      return new TemporaryFile(await open(path, 'wx', 0o600), await open(path, 'r'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  write(): Writable {
    return this.writer.createWriteStream();
  }

  /** What was written, once: the file is gone behind it. */
  read(): Readable {
    return this.reader.createReadStream();
  }

  async remove(): Promise<void> {
    await Promise.all([this.writer.close(), this.reader.close()]);
  }
}

/** The same bytes, once all of them have arrived; what they came from is free by then. */
export async function throughFile(source: Readable): Promise<Readable> {
  const file = await TemporaryFile.make();
  try {
    await pipeline(source, file.write());
    return file.read();
  } catch (error) {
    await file.remove();
    throw error;
  }
}
