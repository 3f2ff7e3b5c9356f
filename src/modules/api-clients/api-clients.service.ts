import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccessScope } from '../../kernel/access-scopes.js';
import { Delegation } from '../../kernel/delegation.js';
import { conflict, notFound } from '../../kernel/domain-error.js';
import { isUuid, newId } from '../../kernel/ids.js';
import type { Page, PageRequest } from '../../kernel/page.js';
import type { TenantScope } from '../../kernel/scope.js';
import { checkVersion, type ExpectedVersion } from '../../kernel/version.js';
import { Database } from '../../persistence/database.js';
import { Paginator } from '../../persistence/paginator.js';
import type { Transaction } from '../../persistence/transaction.js';
import { UnitOfWork } from '../../persistence/unit-of-work.js';
import { CallerCache } from '../../security/authentication/index.js';
import { ApiClient } from './api-client.entity.js';
import { newClientId } from './client-id.js';
import { digestOf, newSecret } from './client-secret.js';
import { addedScopes, checkGrant, givesRoles, readScopes } from './granted-scopes.js';

/** A client together with its secret, which is shown this once. */
export interface ClientWithSecret {
  readonly client: ApiClient;
  readonly secret: string;
}

/** What can be changed of a client; what is left out stays. */
export interface ClientChanges {
  readonly name?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
}

type Granter = ReadonlySet<AccessScope>;

// By api_clients_pkey (tenant_id, id).
const LIST = {
  list: 'api_clients',
  alias: 'c',
  from: 'FROM api_clients c WHERE c.tenant_id = $1',
  sort: [{ column: 'id', type: 'uuid' }],
} as const;

/** The API clients of a tenant: who may get tokens, and for what. */
@Injectable()
export class ApiClientsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly database: Database,
    private readonly paginator: Paginator,
    private readonly callers: CallerCache,
    private readonly delegation: Delegation,
  ) {}

  /**
   * Makes a client whose tokens may hold `scopes`. `granter` is all that the caller may do.
   * Errors: 403 `scope_not_held`, `permission_not_held` (see #grant); 404 `tenant_not_found`; 422 for scopes that no client can hold.
   */
  async create(
    scope: TenantScope,
    granter: Granter,
    input: { name: string; scopes: readonly string[] },
  ): Promise<ClientWithSecret> {
    const scopes = readScopes(input.scopes);
    await this.#grant(scope, granter, scopes);
    const id = newId();
    const { secret, ...digest } = freshSecret();
    const row = {
      tenantId: scope.tenantId,
      id,
      clientId: newClientId(scope.tenantId),
      name: input.name,
      scopes,
      ...digest,
    };
    const client = await this.unitOfWork.run(
      scope,
      async (transaction) => {
        await transaction.manager.insert(ApiClient, row);
        const made = await read(transaction.manager, scope, id);
        record(transaction, 'created', null, made);
        return made;
      },
      { tenant_id: scope.tenantId },
    );
    return { client, secret };
  }

  /** Errors: 404 `api_client_not_found`. */
  async get(scope: TenantScope, id: string): Promise<ApiClient> {
    return read(this.database.entities(scope), scope, id);
  }

  /** Oldest first. */
  async list(scope: TenantScope, request: PageRequest): Promise<Page<ApiClient>> {
    return this.paginator.entities(scope, ApiClient, { ...LIST, values: [scope.tenantId] }, request);
  }

  /**
   * Renames a client, or sets its scopes. Tokens that it already has keep theirs until they end.
   * Errors: 403 `scope_not_held` for a scope that is new to the client; 404; 412 `version_mismatch`; 422.
   */
  async update(
    scope: TenantScope,
    granter: Granter,
    id: string,
    changes: ClientChanges,
    expectedVersion: ExpectedVersion,
  ): Promise<ApiClient> {
    const scopes = changes.scopes === undefined ? undefined : readScopes(changes.scopes);
    return this.#change(scope, id, expectedVersion, 'updated', async (client) => {
      if (scopes) await this.#grant(scope, granter, addedScopes(client.scopes, scopes));
      const name = changes.name ?? client.name;
      const same = name === client.name && (scopes === undefined || sameScopes(scopes, client.scopes));
      return same ? null : { name, scopes: scopes ?? client.scopes };
    });
  }

  /**
   * Gives the client a new secret; the old one gets no more tokens, those it got last until they end. Whoever sees the
   * secret can act as the client, so the caller must hold all that it may do.
   * Errors: 403 `scope_not_held`; 404; 409 `client_revoked`; 412.
   */
  async rotateSecret(
    scope: TenantScope,
    granter: Granter,
    id: string,
    expectedVersion: ExpectedVersion,
  ): Promise<ClientWithSecret> {
    const { secret, ...digest } = freshSecret();
    const client = await this.#change(scope, id, expectedVersion, 'secret_rotated', async (found) => {
      if (found.status === 'revoked')
        throw conflict('client_revoked', 'The client is revoked, which is for good; make a new one.');
      await this.#grant(scope, granter, found.scopes);
      return digest;
    });
    return { client, secret };
  }

  /** Ends the client for good: it gets no more tokens and those it has are refused. Revoking it again changes nothing. */
  async revoke(scope: TenantScope, id: string, expectedVersion: ExpectedVersion): Promise<ApiClient> {
    const client = await this.#change(scope, id, expectedVersion, 'revoked', (found) =>
      found.status === 'revoked' ? null : { status: 'revoked' as const },
    );
    this.unitOfWork.afterCommit(scope, () => this.callers.forgetClient(client.clientId));
    return client;
  }

  /** Removes the client, and with it its tokens. Errors: 404; 412. */
  async remove(scope: TenantScope, id: string, expectedVersion: ExpectedVersion): Promise<void> {
    const removed = await this.unitOfWork.run(scope, async (transaction) => {
      const client = await read(transaction.manager, scope, id, 'for update');
      checkVersion(expectedVersion, client.version);
      await transaction.manager.delete(ApiClient, { tenantId: scope.tenantId, id });
      record(transaction, 'deleted', client, null);
      return client;
    });
    this.unitOfWork.afterCommit(scope, () => this.callers.forgetClient(removed.clientId));
  }

  /**
   * Nobody gives a scope that they do not hold. A client is not limited by roles, so that one that can put users into
   * groups or give roles can give all of them: from a user only an Admin of the organization gives such scopes.
   */
  async #grant(scope: TenantScope, granter: Granter, scopes: readonly AccessScope[]): Promise<void> {
    checkGrant(granter, scopes);
    if (givesRoles(scopes)) await this.delegation.giving(scope, { kind: 'everything' }, () => Promise.resolve());
  }

  /** Changes the locked row by what `decide` answers; null changes nothing and leaves the version as it is. */
  async #change(
    scope: TenantScope,
    id: string,
    expectedVersion: ExpectedVersion,
    action: string,
    decide: (client: ApiClient) => Partial<ApiClient> | null | Promise<Partial<ApiClient> | null>,
  ): Promise<ApiClient> {
    return this.unitOfWork.run(scope, async (transaction) => {
      const { manager } = transaction;
      const before = await read(manager, scope, id, 'for update');
      checkVersion(expectedVersion, before.version);
      const changes = await decide(before);
      if (changes === null) return before;
      const stamp = { updatedAt: () => 'now()', version: before.version + 1 };
      await manager.update(ApiClient, { tenantId: scope.tenantId, id }, { ...changes, ...stamp });
      const after = await read(manager, scope, id);
      record(transaction, action, before, after);
      return after;
    });
  }
}

async function read(manager: EntityManager, scope: TenantScope, id: string, lock?: 'for update'): Promise<ApiClient> {
  const found = isUuid(id)
    ? await manager.findOne(ApiClient, {
        where: { tenantId: scope.tenantId, id },
        ...(lock === undefined ? {} : { lock: { mode: 'pessimistic_write' as const } }),
      })
    : null;
  if (found === null) throw notFound('api_client', id);
  return found;
}

function freshSecret(): { secret: string; secretSalt: Buffer; secretHash: Buffer } {
  const secret = newSecret();
  const { salt, hash } = digestOf(secret);
  return { secret, secretSalt: salt, secretHash: hash };
}

function record(transaction: Transaction, action: string, before: ApiClient | null, after: ApiClient | null): void {
  const resourceId = (after ?? before)?.id ?? '';
  transaction.record({
    action: `api_client.${action}`,
    resourceType: 'api_client',
    resourceId,
    before: before && audited(before),
    after: after && audited(after),
  });
}

/** What the audit trail keeps of a client: nothing of its secret. */
function audited(client: ApiClient): object {
  return { client_id: client.clientId, name: client.name, scopes: client.scopes, status: client.status };
}

function sameScopes(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((scope) => right.includes(scope));
}
