import { SigningKeysService } from '../modules/oauth/index.js';
import type { CommandContext } from './command.js';
import { withApplication } from './with-application.js';

/** Makes the new key; answers its line. */
export async function rotateKeys(context: CommandContext): Promise<string[]> {
  return withApplication(context, async (app) => {
    const { kid, signsInSeconds, removed } = await app.get(SigningKeysService).rotate();
    return [`key ${kid} is published now and signs in ${signsInSeconds} s; ${removed} ended keys were removed`];
  });
}
