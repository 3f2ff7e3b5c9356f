import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AnswerStore } from '../kernel/answer-store.js';
import { Consistency } from '../kernel/consistency.js';
import { RateLedger } from '../kernel/rate-ledger.js';
import { DatabaseAnswerStore } from './answers/database-answer-store.js';
import { BulkConnections } from './bulk/index.js';
import { DatabaseDoors } from './database-doors.js';
import { Database } from './database.js';
import { DatabaseEngine } from './engines/database-engine.js';
import { Paginator } from './paginator.js';
import type { Persistence } from './persistence.js';
import { DatabaseRateLedger } from './rate-limits/database-rate-ledger.js';
import { UnitOfWork } from './unit-of-work.js';

const PERSISTENCE = Symbol('persistence');

/** Hands the opened doors of the database to every room, and closes them when the application stops. */
@Global()
@Module({})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(@Inject(PERSISTENCE) private readonly persistence: Persistence) {}

  static forRoot(persistence: Persistence): DynamicModule {
    const providers = [
      { provide: PERSISTENCE, useValue: persistence },
      { provide: DatabaseEngine, useValue: persistence.engine },
      { provide: DataSource, useValue: persistence.dataSource },
      { provide: Database, useValue: persistence.database },
      { provide: UnitOfWork, useValue: persistence.unitOfWork },
      { provide: Paginator, useValue: persistence.paginator },
      { provide: BulkConnections, useValue: persistence.bulk },
      { provide: Consistency, useValue: persistence.replicas },
      { provide: AnswerStore, useValue: new DatabaseAnswerStore(persistence.unitOfWork) },
      { provide: RateLedger, useValue: new DatabaseRateLedger(persistence.database) },
      DatabaseDoors,
    ];
    return {
      module: PersistenceModule,
      providers,
      exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.persistence.close();
  }
}
