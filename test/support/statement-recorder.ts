import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PRELOADED = fileURLToPath(new URL('statement-recorder.mjs', import.meta.url));

/** A statement as a service sent it. */
export interface RecordedStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** The role and the tenant that it ran as. */
  readonly scope: readonly [role: string, tenantId: string];
  /** What made the temporary tables that its transaction has. */
  readonly temporary: readonly string[];
}

/** Records the distinct statements of the services that are started with its `env`. */
export class StatementRecorder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'doorlist-statements-'));
  readonly #file = join(this.#folder, 'statements');

  readonly env = { NODE_OPTIONS: `--import ${PRELOADED}`, TEST_STATEMENTS_FILE: this.#file };

  constructor() {
    writeFileSync(this.#file, '');
  }

  /** What was sent so far, in that order. */
  statements(): RecordedStatement[] {
    const lines = readFileSync(this.#file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as RecordedStatement);
  }

  /** To be called when the services have ended. */
  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
