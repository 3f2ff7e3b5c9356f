import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PRELOADED = fileURLToPath(new URL('movable-clock.mjs', import.meta.url));

/** The clock of services: a test that moves it on need not wait for what they do by time. The database's stays as it is. */
export class MovableClock {
  readonly #folder = mkdtempSync(join(tmpdir(), 'doorlist-clock-'));
  readonly #file = join(this.#folder, 'ahead');
  #ahead = 0;

  /** The variables of the services that go by this clock. */
  readonly env = { NODE_OPTIONS: `--import ${PRELOADED}`, TEST_CLOCK_FILE: this.#file };

  constructor() {
    this.advance(0);
  }

  /** Moves `Date.now()` of the services on, at once. */
  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
    writeFileSync(this.#file, String(this.#ahead));
  }

  /** What it says now, in milliseconds. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** To be called when the services have ended. */
  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
