import type { DatabaseEngine } from '../../src/persistence/engines/index.js';
import type { DoorlistProcess } from './doorlist-process.js';
import type { Pooler } from './pooler.js';

/** What the global setup has started and the global teardown must stop; both run in one process. */
export const running: {
  folder: string | null;
  adminUrl: string | null;
  engine: DatabaseEngine | null;
  pooler: Pooler | null;
  readonly databases: string[];
  readonly services: DoorlistProcess[];
} = { folder: null, adminUrl: null, engine: null, pooler: null, databases: [], services: [] };
