// node .ci/database.mjs create|drop <url of a server> <name of a database>
import pg from 'pg';

const [command, url, name] = process.argv.slice(2);
const statements = {
  create: `CREATE DATABASE ${pg.escapeIdentifier(name)}`,
  drop: `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`,
};

const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
await client.connect();
try {
  await client.query(statements[command]);
} finally {
  await client.end();
}
