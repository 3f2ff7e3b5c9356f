/** The settings file that is written before each start, and the rules by which its values are quoted. */
import type { ListenAddress } from './listen-address.js';

export const SETTINGS_FILE = 'doorlist.conf';

/** Put at the end of postgresql.conf, so that ours win there; ALTER SYSTEM still wins over ours. */
export const INCLUDE_LINE = `\n# Doorlist's settings, written anew at each start.\ninclude_if_exists = '${SETTINGS_FILE}'\n`;

/**
 * Modest sizes, for a service that shares its machine. Durability is left as PostgreSQL ships it (fsync on).
 * The log keeps what concerns the server (starts, stops, crashes) and leaves statements' errors to the caller who gets
 * them: they would fill the file, and their details are tenants' data.
 */
const FIXED = {
  max_connections: '100',
  shared_buffers: '128MB',
  // Parallel queries' memory comes from here first, for containers give /dev/shm only 64 MB.
  min_dynamic_shared_memory: '64MB',
  random_page_cost: '1.1',
  jit: 'off',
  fsync: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] %q%a@%d ',
} as const;

export function renderSettings(listen: ListenAddress): string {
  const address: Record<string, string> =
    listen.kind === 'socket'
      ? {
          listen_addresses: '',
          port: String(listen.port),
          unix_socket_directories: quoteListItem(listen.folder),
          unix_socket_permissions: '0700',
        }
      : { listen_addresses: '127.0.0.1', port: String(listen.port), unix_socket_directories: '' };
  const lines = Object.entries({ ...address, ...FIXED }).map(([name, value]) => `${name} = ${quoteValue(value)}`);
  return `# Written by Doorlist before each start. Use ALTER SYSTEM to change a setting for good.\n${lines.join('\n')}\n`;
}

/** The port of an earlier settings file, to be used again when it is free. */
export function portIn(settings: string): number | undefined {
  const port = Number(/^port = '(\d+)'$/m.exec(settings)?.[1]);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** A configuration file's string: quotes doubled, and backslashes too, because they escape. */
export function quoteValue(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** An item of a comma-separated list inside such a string; folders may have commas and spaces in their names. */
export function quoteListItem(item: string): string {
  return `"${item.replaceAll('"', '""')}"`;
}
