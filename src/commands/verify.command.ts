import { plainCommand, type Command } from './command.js';

/** Checks that what is kept beside the tables is what the tables make it; ends with 1 where anything is not. */
export const verifyCommand: Command = {
  ...plainCommand('compare what is kept for speed with the tables it is made of; changes nothing', async (context) =>
    (await import('./verify-tenants.js')).verifyTenants(context),
  ),
  servesNobody: true,
};
