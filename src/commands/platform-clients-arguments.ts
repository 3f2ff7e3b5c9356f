const DEEDS = ['list', 'revoke', 'rotate'] as const;
type Deed = (typeof DEEDS)[number];

/** What is to be done to which platform client; `list` names none. */
export interface PlatformClientsArguments {
  readonly deed: Deed;
  readonly clientId: string;
}

/** Throws an Error that says what is wrong with them. */
export function readPlatformClientsArguments([word, clientId, ...more]: readonly string[]): PlatformClientsArguments {
  const deed = DEEDS.find((each) => each === word);
  if (deed === undefined) throw new Error(`Say what to do: ${DEEDS.join(', ')}, not ${word ?? 'nothing'}.`);
  const surplus = deed === 'list' && clientId !== undefined ? [clientId, ...more] : more;
  if (surplus.length > 0) throw new Error(`Nothing is expected behind it, not ${surplus.join(' ')}.`);
  if (deed !== 'list' && clientId === undefined) throw new Error('Name the client by its client_id.');
  return { deed, clientId: clientId ?? '' };
}
