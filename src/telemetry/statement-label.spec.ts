import { labelOf } from './statement-label.js';

describe('the label of a statement', () => {
  it.each([
    ['users.find', 'SELECT 1', 'users.find'],
    ['', 'START TRANSACTION', 'start'],
    ['', `SELECT "User"."id" FROM "users" "User" WHERE "User"."email" = $1`, 'select users'],
    ['orm.Zk3', `INSERT INTO "users"("id", "email") VALUES ($1, $2)`, 'insert users'],
    ['', `UPDATE "groups" SET "name" = 'Ada Lovelace' WHERE "id" = $1`, 'update groups'],
    ['', `DELETE FROM ONLY users WHERE email = 'ada@example.com'`, 'delete users'],
    ['', 'WITH held AS (SELECT 1 FROM role_assignments) SELECT * FROM held', 'with role_assignments'],
  ])('has nothing of its values: %j, %j', (name, text, label) => {
    expect(labelOf({ name, text })).toBe(label);
  });
});
