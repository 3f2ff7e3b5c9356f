// Prints as JSON what the entities say of the schema at DATABASE_URL. Run in a process of its own, with typescript.mjs:
// Jest's sandbox on Node 20 cannot load the packages that the rooms import.
import 'reflect-metadata';
import { ENTITIES } from '../../src/app.entities.js';
import { loadConfig } from '../../src/config/config.js';
import { dataSourceFor } from '../../src/persistence/data-source.js';

/** What the entities say. */
export interface EntitySchema {
  /** By table and column, such as `text not null default 'active'`. */
  readonly tables: Record<string, Record<string, string>>;
  /** What TypeORM's schema builder would change to make the schema what the entities say. */
  readonly changes: string[];
}

const config = loadConfig();
const dataSource = dataSourceFor({ connectionString: config.databaseUrl ?? '' }, config, ENTITIES);
await dataSource.initialize();
const { driver } = dataSource;
const tables = dataSource.entityMetadatas.map(({ tableName, columns }) => {
  const described = columns.map((column) => {
    const type = driver.normalizeType(column) + (column.isArray ? '[]' : '');
    const fallback = driver.normalizeDefault(column);
    const identity = column.generatedIdentity ? ` identity ${column.generatedIdentity}` : '';
    const nullability = column.isNullable ? '' : ' not null';
    return [
      column.databaseName,
      `${type}${nullability}${fallback === undefined ? '' : ` default ${fallback}`}${identity}`,
    ] as const;
  });
  return [tableName, Object.fromEntries(described)] as const;
});
const { upQueries } = await driver.createSchemaBuilder().log();
await dataSource.destroy();
const schema: EntitySchema = { tables: Object.fromEntries(tables), changes: upQueries.map(({ query }) => query) };
process.stdout.write(JSON.stringify(schema));
