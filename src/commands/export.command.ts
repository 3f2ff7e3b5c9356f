import type { Command } from './command.js';
import { readTransferArguments } from './transfer-arguments.js';

/** Writes all rows of a kind into a file. */
export const exportCommand: Command = {
  about: 'write a tenant’s rows of a kind into a file (standard output where none is named)',
  takes: '<kind> [file] --tenant <slug or id> [--format csv|ndjson]',
  prepare: (args) => {
    const asked = readTransferArguments('export', args);
    return async (context) => (await import('./export-file.js')).exportFile(context, asked);
  },
};
