import { DefaultNamingStrategy } from 'typeorm';

/** `userName` in code is `user_name` in the database; an entity names a column only where it differs. */
export class SnakeCaseNaming extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string | undefined): string {
    return customName ?? propertyName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}
