import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/** The entity that a row's columns (under their database names) belong to. */
export function hydrate<Entity extends ObjectLiteral>(
  dataSource: DataSource,
  entity: EntityTarget<Entity>,
  row: Readonly<Record<string, unknown>>,
): Entity {
  const metadata = dataSource.getMetadata(entity);
  const made = metadata.create() as Entity;
  for (const column of metadata.columns) {
    column.setEntityValue(made, dataSource.driver.prepareHydratedValue(row[column.databaseName], column));
  }
  return made;
}
