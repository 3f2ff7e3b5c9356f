import { readFileSync } from 'node:fs';

/** The version in package.json, which stands two folders above the compiled file and one above the source. */
function readVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string };
      return version;
    } catch {
      // Try the next place.
    }
  }
  return 'unknown';
}

export const VERSION = readVersion();
