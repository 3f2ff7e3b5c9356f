import { plainCommand } from './command.js';

/** Makes a new signing key; every instance takes it over by itself, and tokens of the old one stay good until they end. */
export const rotateKeysCommand = plainCommand('make a new key for signing tokens', async (context) =>
  (await import('./rotate-keys.js')).rotateKeys(context),
);
