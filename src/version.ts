import { existsSync, readFileSync } from 'node:fs';

/** package.json stands two folders above the compiled file, and one above the source. */
const PLACES = ['../../package.json', '../package.json'].map((path) => new URL(path, import.meta.url));

function readVersion(): string {
  const place = PLACES.find((path) => existsSync(path));
  if (place === undefined) return 'unknown';
  return (JSON.parse(readFileSync(place, 'utf8')) as { version: string }).version;
}

export const VERSION = readVersion();
