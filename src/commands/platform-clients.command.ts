import type { Command } from './command.js';
import { readPlatformClientsArguments } from './platform-clients-arguments.js';

/** Lists the clients that manage tenants, ends one, or gives it a new secret. */
export const platformClientsCommand: Command = {
  about: 'list the clients that manage tenants, revoke one, or give one a new secret',
  servesNobody: true,
  takes: 'list | revoke <client_id> | rotate <client_id>',
  prepare: (args) => {
    const asked = readPlatformClientsArguments(args);
    return async (context) => (await import('./platform-clients.js')).platformClients(context, asked);
  },
};
