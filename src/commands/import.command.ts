import type { Command } from './command.js';
import { readTransferArguments } from './transfer-arguments.js';

/** Brings a file into a tenant. */
export const importCommand: Command = {
  about: 'bring a file (- for standard input) into a tenant',
  takes: '<kind> <file> --tenant <slug or id> [--format csv|ndjson] [--atomic=false] [--dry-run]',
  prepare: (args) => {
    const asked = readTransferArguments('import', args);
    return async (context) => (await import('./import-file.js')).importFile(context, asked);
  },
};
