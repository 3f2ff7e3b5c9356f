import { DomainError, conflict } from '../../kernel/domain-error.js';
import type { PlatformScope } from '../../kernel/scope.js';
import { statement } from '../../persistence/statement.js';
import type { Transaction } from '../../persistence/transaction.js';
import type { UnitOfWork } from '../../persistence/unit-of-work.js';
import { digestOf, newSecret } from './client-secret.js';

/** A client of the platform, without its secret. */
export interface ListedPlatformClient {
  readonly id: string;
  readonly client_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  readonly created_at: Date;
}

const SHOWN = 'id, client_id, name, scopes, status, created_at';

const LIST = statement('platform_clients.list', `SELECT ${SHOWN} FROM platform_clients ORDER BY id`);
// By platform_clients_client_id_key (client_id), as the statements below.
const LOCK = statement(
  'platform_clients.lock',
  `SELECT ${SHOWN} FROM platform_clients WHERE client_id = $1 FOR NO KEY UPDATE`,
);
const REVOKE = statement(
  'platform_clients.revoke',
  `UPDATE platform_clients SET status = 'revoked', updated_at = now(), version = version + 1
    WHERE client_id = $1 RETURNING ${SHOWN}`,
);
const ROTATE = statement(
  'platform_clients.rotate',
  `UPDATE platform_clients SET secret_salt = $2, secret_hash = $3, updated_at = now(), version = version + 1
    WHERE client_id = $1 RETURNING ${SHOWN}`,
);

/** The clients that manage tenants: who has the secret of one can do everything, so that only the operator changes them. */
export class PlatformClients {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Oldest first; there are few. */
  async list(scope: PlatformScope): Promise<ListedPlatformClient[]> {
    return this.unitOfWork.run(scope, (transaction) => transaction.query<ListedPlatformClient>(LIST, []));
  }

  /** Ends the client for good; instances that run refuse its tokens after AUTH_CACHE_SECONDS. False where it was so. Errors: 404. */
  async revoke(scope: PlatformScope, clientId: string): Promise<boolean> {
    return this.unitOfWork.run(scope, async (transaction) => {
      const before = await locked(transaction, clientId);
      if (before.status === 'revoked') return false;
      const [after] = await transaction.query<ListedPlatformClient>(REVOKE, [clientId]);
      record(transaction, 'revoked', before, after ?? before);
      return true;
    });
  }

  /** Answers a new secret; with the old one no more tokens are given, those that were last until they end. Errors: 404, 409 `client_revoked`. */
  async rotateSecret(scope: PlatformScope, clientId: string): Promise<string> {
    const secret = newSecret();
    const { salt, hash } = digestOf(secret);
    await this.unitOfWork.run(scope, async (transaction) => {
      const before = await locked(transaction, clientId);
      if (before.status === 'revoked') {
        throw conflict('client_revoked', `The platform client ${clientId} is revoked, which is for good.`);
      }
      const [after] = await transaction.query<ListedPlatformClient>(ROTATE, [clientId, salt, hash]);
      record(transaction, 'secret_rotated', before, after ?? before);
    });
    return secret;
  }
}

async function locked(transaction: Transaction, clientId: string): Promise<ListedPlatformClient> {
  const [found] = await transaction.query<ListedPlatformClient>(LOCK, [clientId]);
  if (!found) throw new DomainError('not_found', 'platform_client_not_found', `No platform client ${clientId}.`);
  return found;
}

function record(
  transaction: Transaction,
  done: 'revoked' | 'secret_rotated',
  before: ListedPlatformClient,
  after: ListedPlatformClient,
): void {
  transaction.record({
    action: `platform_client.${done}`,
    resourceType: 'platform_client',
    resourceId: before.id,
    before: audited(before),
    after: audited(after),
  });
}

function audited({ client_id, name, scopes, status }: ListedPlatformClient): object {
  return { client_id, name, scopes, status };
}
