import { isDeepStrictEqual } from 'node:util';
import type { EntityManager, EntityTarget, FindOptionsWhere } from 'typeorm';
import { notFound } from '../kernel/domain-error.js';
import type { Page, PageRequest } from '../kernel/page.js';
import { TenantScope, type AnyScope } from '../kernel/scope.js';
import { checkVersion, type ExpectedVersion } from '../kernel/version.js';
import type { DatabaseDoors } from './database-doors.js';
import { hydrate } from './hydrate.js';
import type { EntityList } from './paged-list.js';
import { plannedOnce, statement, type Statement } from './statement.js';
import type { VersionedResource } from './tenant-resource.entity.js';
import type { Transaction } from './transaction.js';

type Resource = VersionedResource & { id: string };
type Input = Readonly<Record<string, unknown>>;

/** What else is to be done in the transaction that removes a resource. */
export type RemovalHook<Scope extends AnyScope = TenantScope> = (
  transaction: Transaction,
  scope: Scope,
  id: string,
) => Promise<void>;

/** What else is to be done in the transaction that makes (`before` is null), changes or removes (`after` is null) it. */
type ChangeHook<Entity, Scope> = (
  transaction: Transaction,
  scope: Scope,
  change: { readonly before: Entity | null; readonly after: Entity | null },
) => Promise<void>;

/** What a repository must know of its resource. */
export interface ResourceKind<Entity, Scope extends AnyScope = TenantScope> {
  readonly entity: EntityTarget<Entity>;
  /** Its name in error codes and in the audit trail, such as `user`. */
  readonly name: string;
  /** How the audit trail keeps it. Never a secret. */
  readonly snapshot: (entity: Entity) => object;
  /** Keeps what is derived from the resource as it is. */
  readonly changed?: ChangeHook<Entity, Scope>;
}

/**
 * One kind of resource of one tenant (or of the platform): read, list, create, change and remove, each change with its
 * version, its audit record and its refusals. Nothing here can leave the scope: every key it uses holds the tenant.
 */
export class ResourceRepository<Entity extends Resource, Scope extends AnyScope = TenantScope> {
  readonly #removalHooks: RemovalHook<Scope>[] = [];
  #statements: { readonly read: Statement; readonly lock: Statement } | null = null;

  constructor(
    private readonly doors: DatabaseDoors,
    private readonly kind: ResourceKind<Entity, Scope>,
  ) {}

  /** Errors: 404 `<name>_not_found`. */
  async get(scope: Scope, id: string): Promise<Entity> {
    const found = await this.find(scope, id);
    if (!found) throw notFound(this.kind.name, id);
    return found;
  }

  /** The resource, or null where the tenant has no such. */
  async find(scope: Scope, id: string): Promise<Entity | null> {
    const { read } = this.#byKey(scope);
    const [row] = await this.doors.database.query<Record<string, unknown>>(scope, read, keyValues(scope, id));
    return row ? hydrate(this.doors.dataSource, this.kind.entity, row) : null;
  }

  /** One page of a list whose rows are this resource. */
  async list(scope: Scope, query: EntityList, request: PageRequest): Promise<Page<Entity>> {
    return this.doors.paginator.entities(scope, this.kind.entity, query, request);
  }

  /** Inserts `entity`, and does what `also` adds, in one transaction. `input` names the values of a refusal. */
  async create(
    scope: Scope,
    entity: Entity,
    input: Input,
    also?: (transaction: Transaction) => Promise<void>,
  ): Promise<Entity> {
    const work = async (transaction: Transaction): Promise<Entity> => {
      const given = { ...entity };
      await transaction.manager.insert(this.kind.entity, entity as never);
      // TypeORM puts JSON back as a copy without members that are named like those of Object.prototype.
      Object.assign(entity, definedIn(given));
      await also?.(transaction);
      await this.kind.changed?.(transaction, scope, { before: null, after: entity });
      this.#record(transaction, 'created', entity.id, null, entity);
      return entity;
    };
    return this.doors.unitOfWork.run(scope, work, input);
  }

  /**
   * Changes the fields that `alter` answers, seen from the locked row; nothing happens where they are as they were.
   * Errors: 404, 412 `version_mismatch` where `expected` is another version.
   */
  async change(
    scope: Scope,
    id: string,
    expected: ExpectedVersion,
    alter: (before: Entity) => Partial<Entity> | Promise<Partial<Entity>>,
    input: Input = {},
  ): Promise<Entity> {
    const work = async (transaction: Transaction): Promise<Entity> => {
      const before = await this.#lock(transaction, scope, id);
      checkVersion(expected, before.version);
      const changes = await alter(before);
      if (changesNothing(before, changes)) return before;
      const after = await this.#update(transaction.manager, scope, id, changes);
      await this.kind.changed?.(transaction, scope, { before, after });
      this.#record(transaction, 'updated', id, before, after);
      return after;
    };
    return this.doors.unitOfWork.run(scope, work, input);
  }

  /** Has `hook` run before every removal, with the row locked and in its transaction, so that the trail tells what else goes. */
  onRemoval(hook: RemovalHook<Scope>): void {
    this.#removalHooks.push(hook);
  }

  /** Deletes the resource, and by hooks and foreign keys what hangs on it. Errors: 404, 412 `version_mismatch`. */
  async remove(scope: Scope, id: string, expected: ExpectedVersion): Promise<void> {
    await this.doors.unitOfWork.run(scope, async (transaction) => {
      const entity = await this.#lock(transaction, scope, id);
      checkVersion(expected, entity.version);
      for (const hook of this.#removalHooks) await hook(transaction, scope, id);
      await transaction.manager.delete(this.kind.entity, keyOf<Entity>(scope, id));
      await this.kind.changed?.(transaction, scope, { before: entity, after: null });
      this.#record(transaction, 'deleted', id, entity, null);
    });
  }

  /** Made once: TypeORM would build the same texts anew for every use. */
  #byKey(scope: AnyScope): { readonly read: Statement; readonly lock: Statement } {
    if (this.#statements) return this.#statements;
    const { tableName, columns } = this.doors.dataSource.getMetadata(this.kind.entity);
    const read = columns.filter((column) => column.isSelect).map((column) => column.databaseName);
    const key = scope instanceof TenantScope ? 'tenant_id = $1 AND id = $2' : 'id = $1';
    const text = `SELECT ${read.join(', ')} FROM ${tableName} WHERE ${key}`;
    this.#statements = {
      read: statement(`${tableName}.by_key`, text),
      lock: plannedOnce(statement(`${tableName}.lock`, `${text} FOR UPDATE`)),
    };
    return this.#statements;
  }

  async #lock(transaction: Transaction, scope: AnyScope, id: string): Promise<Entity> {
    const { lock } = this.#byKey(scope);
    const [row] = await transaction.query<Record<string, unknown>>(lock, keyValues(scope, id));
    if (!row) throw notFound(this.kind.name, id);
    return hydrate(this.doors.dataSource, this.kind.entity, row);
  }

  async #update(manager: EntityManager, scope: AnyScope, id: string, changes: Partial<Entity>): Promise<Entity> {
    const result = await manager
      .createQueryBuilder()
      .update(this.kind.entity)
      .set({ ...changes, version: () => 'version + 1', updatedAt: () => 'now()' } as never)
      .where(keyOf<Entity>(scope, id))
      .returning('*')
      .execute();
    const [row] = result.raw as Record<string, unknown>[];
    if (!row) throw notFound(this.kind.name, id);
    return hydrate(this.doors.dataSource, this.kind.entity, row);
  }

  #record(transaction: Transaction, done: string, id: string, before: Entity | null, after: Entity | null): void {
    const { name, snapshot } = this.kind;
    transaction.record({
      action: `${name}.${done}`,
      resourceType: name,
      resourceId: id,
      before: before && snapshot(before),
      after: after && snapshot(after),
    });
  }
}

function keyValues(scope: AnyScope, id: string): string[] {
  return scope instanceof TenantScope ? [scope.tenantId, id] : [id];
}

function keyOf<Entity>(scope: AnyScope, id: string): FindOptionsWhere<Entity> {
  const key = scope instanceof TenantScope ? { tenantId: scope.tenantId, id } : { id };
  return key as unknown as FindOptionsWhere<Entity>;
}

function changesNothing<Entity extends object>(before: Entity, changes: Partial<Entity>): boolean {
  return Object.entries(changes).every(([name, value]) => {
    return isDeepStrictEqual(before[name as keyof Entity], value);
  });
}

function definedIn<Entity extends object>(entity: Entity): Partial<Entity> {
  return Object.fromEntries(Object.entries(entity).filter(([, value]) => value !== undefined)) as Partial<Entity>;
}
