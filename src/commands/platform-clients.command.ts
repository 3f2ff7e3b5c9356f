import type { Command } from './command.js';

const DEEDS = ['list', 'revoke', 'rotate'] as const;
type Deed = (typeof DEEDS)[number];

/** What is to be done to which platform client; `list` names none. */
export interface PlatformClientsArguments {
  readonly deed: Deed;
  readonly clientId: string;
}

/** Lists the clients that manage tenants, ends one, or gives it a new secret. */
export const platformClientsCommand: Command = {
  about: 'list the clients that manage tenants, revoke one, or give one a new secret',
  servesNobody: true,
  takes: 'list | revoke <client_id> | rotate <client_id>',
  prepare: (args) => {
    const asked = readArguments(args);
    return async (context) => (await import('./platform-clients.js')).platformClients(context, asked);
  },
};

function readArguments([word, clientId, ...more]: readonly string[]): PlatformClientsArguments {
  const deed = DEEDS.find((each) => each === word);
  if (deed === undefined) throw new Error(`Say what to do: ${DEEDS.join(', ')}, not ${word ?? 'nothing'}.`);
  const surplus = deed === 'list' && clientId !== undefined ? [clientId, ...more] : more;
  if (surplus.length > 0) throw new Error(`Nothing is expected behind it, not ${surplus.join(' ')}.`);
  if (deed !== 'list' && clientId === undefined) throw new Error('Name the client by its client_id.');
  return { deed, clientId: clientId ?? '' };
}
