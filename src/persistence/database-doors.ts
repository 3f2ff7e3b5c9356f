import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Database } from './database.js';
import { Paginator } from './paginator.js';
import { UnitOfWork } from './unit-of-work.js';

/** All doors to the database as one injectable, because repositories need them together. */
@Injectable()
export class DatabaseDoors {
  constructor(
    readonly dataSource: DataSource,
    readonly database: Database,
    readonly unitOfWork: UnitOfWork,
    readonly paginator: Paginator,
  ) {}
}
