import { SigningKeysService } from '../modules/oauth/index.js';
import { plainCommand } from './command.js';
import { withApplication } from './with-application.js';

/** Makes a new signing key; every instance takes it over by itself, and tokens of the old one stay good until they end. */
export const rotateKeysCommand = plainCommand('make a new key for signing tokens', (context) =>
  withApplication(context, async (app) => {
    const { kid, signsInSeconds, removed } = await app.get(SigningKeysService).rotate();
    return [`key ${kid} is published now and signs in ${signsInSeconds} s; ${removed} ended keys were removed`];
  }),
);
