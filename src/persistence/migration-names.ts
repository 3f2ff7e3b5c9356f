import { MIGRATIONS } from '../../migrations/index.js';

/** The migrations that this version of the service needs, oldest first, as the table of migrations names them. */
export const MIGRATION_NAMES: readonly string[] = MIGRATIONS.map(({ name }) => name);
