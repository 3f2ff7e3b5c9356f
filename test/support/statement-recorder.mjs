/** Writes down each statement that a service sends, once, with the values it came with first; see StatementRecorder. */
import { appendFileSync } from 'node:fs';
import pg from 'pg';

const file = process.env.TEST_STATEMENTS_FILE;
const { bind, parse, query } = pg.Connection.prototype;
const seen = new Set();
const connections = new WeakMap();

/** What a connection has prepared, the scope that it has entered, and the temporary tables of its transaction. */
function stateOf(connection) {
  const known = connections.get(connection) ?? { texts: new Map(), scope: ['', ''], temporary: [] };
  connections.set(connection, known);
  return known;
}

function note(connection, text, values) {
  const state = stateOf(connection);
  if (/^(BEGIN|START TRANSACTION)/.test(text)) state.temporary = [];
  else if (/doorlist_enter_scope|'doorlist\.tenant_id', \$2/.test(text)) state.scope = values.slice(0, 2);
  else if (text.startsWith('CREATE TEMPORARY TABLE')) state.temporary.push(text);
  else if (!seen.has(text)) {
    seen.add(text);
    const { scope, temporary } = state;
    appendFileSync(file, `${JSON.stringify({ text, values, scope, temporary })}\n`);
  }
}

pg.Connection.prototype.parse = function (message) {
  stateOf(this).texts.set(message.name ?? '', message.text);
  return parse.call(this, message);
};

pg.Connection.prototype.bind = function (message) {
  const { statement = '', values = [], valueMapper = (value) => value } = message;
  const sent = values.map((value, at) => valueMapper(value, at));
  const shown = sent.map((value) => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value));
  note(this, stateOf(this).texts.get(statement) ?? '', shown);
  return bind.call(this, message);
};

pg.Connection.prototype.query = function (text) {
  note(this, text, []);
  return query.call(this, text);
};
