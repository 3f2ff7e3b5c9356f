import { newId } from '../kernel/ids.js';
import { PlatformScope, SYSTEM_ACTOR } from '../kernel/scope.js';
import { PlatformClients, type ListedPlatformClient } from '../modules/api-clients/index.js';
import { withUnitOfWork } from '../persistence/maintenance.js';
import { withDatabase, type CommandContext } from './command.js';
import type { PlatformClientsArguments } from './platform-clients-arguments.js';

/** Does it; a new secret is printed this once. */
export async function platformClients(context: CommandContext, asked: PlatformClientsArguments): Promise<string[]> {
  return withDatabase(context, (connection) =>
    withUnitOfWork(connection, context.config, (unitOfWork) => done(new PlatformClients(unitOfWork), asked)),
  );
}

async function done(clients: PlatformClients, { deed, clientId }: PlatformClientsArguments): Promise<string[]> {
  const scope = new PlatformScope(SYSTEM_ACTOR, newId());
  if (deed === 'list') return listed(await clients.list(scope));
  if (deed === 'rotate') return [`client_secret ${await clients.rotateSecret(scope, clientId)}`];
  const isNew = await clients.revoke(scope, clientId);
  return [`the platform client ${clientId} ${isNew ? 'is revoked' : 'was revoked already'}`];
}

function listed(clients: readonly ListedPlatformClient[]): string[] {
  if (clients.length === 0) return ['there is no platform client'];
  return clients.map(
    ({ client_id: id, status, scopes, created_at: made }) =>
      `${id}: ${status}, ${scopes.join(' ')}, since ${made.toISOString()}`,
  );
}
