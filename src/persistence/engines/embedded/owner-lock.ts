/** Ownership of a data folder: a session-level advisory lock, which PostgreSQL gives up the moment its holder dies. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { EngineError } from '../database-engine.js';

/** Two-part key, in the maintenance database: "door", "list". */
const KEY = [0x646f6f72, 0x6c697374] as const;

/** After `kill -9` the kernel closes the holder's connection; its session notices within milliseconds. */
const PATIENCE_MS = 2_000;
const RETRY_MS = 50;

const NAME_PREFIX = 'doorlist owner, process ';

/** The name of the owner's session in pg_stat_activity, from which others learn whom to stop. */
export function ownerName(): string {
  return `${NAME_PREFIX}${String(process.pid)}`;
}

export class OwnerLock {
  private released = false;

  private constructor(private readonly client: Client) {}

  /**
   * Takes the lock in the session of `client`, which from then on belongs to the lock. Waits up to 2 s.
   * @throws EngineError when another process holds it, naming the process
   * @throws whatever `pg` throws when the session is lost meanwhile, as when the holder is just stopping the server
   */
  static async acquire(client: Client, dataDir: string): Promise<OwnerLock> {
    for (const deadline = Date.now() + PATIENCE_MS; ;) {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', [
        ...KEY,
      ]);
      if (rows[0]?.locked) return new OwnerLock(client);
      if (Date.now() >= deadline) throw inUse(dataDir, await findHolder(client));
      await sleep(RETRY_MS);
    }
  }

  /** Calls back once if the session ends without `release`. */
  onLost(callback: () => void): void {
    this.client.once('end', () => {
      if (!this.released) callback();
    });
  }

  /** Marks the end of the session as wanted; the lock itself is held until the session ends. */
  expectEnd(): void {
    this.released = true;
  }

  async release(): Promise<void> {
    this.expectEnd();
    await this.client.end().catch(() => undefined);
  }
}

/** The process id that the holder has put into its session's name. */
async function findHolder(client: Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT activity.application_name AS name
       FROM pg_locks locks JOIN pg_stat_activity activity USING (pid)
      WHERE locks.locktype = 'advisory' AND locks.classid = $1 AND locks.objid = $2 AND locks.objsubid = 2
        AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND locks.granted`,
    [...KEY],
  );
  const name = rows[0]?.name ?? '';
  return name.startsWith(NAME_PREFIX) ? `process ${name.slice(NAME_PREFIX.length)}` : 'process unknown';
}

function inUse(dataDir: string, holder: string): EngineError {
  return new EngineError(
    'data_folder_in_use',
    `the data folder ${dataDir} is in use by another Doorlist (${holder}); stop it, or set DATA_DIR to another folder`,
  );
}
