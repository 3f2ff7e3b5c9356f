import { randomUUID } from 'node:crypto';
import { refusal } from '../support/assignment-steps.js';
import { sql } from '../support/sql.js';
import { storedRows } from '../support/stored-rows.js';
import { newTenant } from '../support/tenant.js';
import { announce, exported, importFile, send } from '../support/transfer-steps.js';
import { expectSetsTrue } from '../support/user-sets.js';

const done = (read: number, written: number, unchanged = 0, bad = 0): object => ({
  state: 'succeeded',
  ...{ read, written, unchanged, bad },
});
/** Bytes that one line may have. */
const LONGEST = 1_048_576;

/** A user as a line of so many bytes, most of which say nothing. */
const lineOf = (length: number): string => `${'{"user_name":"b"'.padEnd(length - 1)}}`;

async function userNames(tenantId: string): Promise<string[]> {
  const users = await sql<{ user_name: string }>('SELECT user_name FROM users WHERE tenant_id = $1 ORDER BY ordinal', [
    tenantId,
  ]);
  return users.map(({ user_name: name }) => name);
}

const failed = (read: number, bad: number): object => ({ state: 'failed', read, written: 0, unchanged: 0, bad });

describe('an import of users', () => {
  it('writes what the API would have written, with its trail and its sets', async () => {
    const tenant = await newTenant();
    const file =
      '\ufeffuser_name,email,display_name,given_name,family_name,external_id,status,attributes\r\n' +
      'Ada,ada@example.com,"Lovelace, ""Ada""",Ada,Lovelace,hr-1,suspended,"{""a"":[1]}"\r\n\r\nbob,,,,,,,\r\n';
    const { answer, counts } = await importFile(tenant, 'users', file);
    expect(answer.status).toBe(200);
    expect(counts).toEqual(done(2, 2));
    const { body } = await tenant.api.get(`${tenant.path}/users?search=ADA`);
    expect(body.data).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        ...{ user_name: 'Ada', email: 'ada@example.com', display_name: 'Lovelace, "Ada"' },
        ...{ given_name: 'Ada', family_name: 'Lovelace', external_id: 'hr-1', status: 'suspended' },
        attributes: { a: [1] },
        ...{ created_at: expect.any(String), updated_at: expect.any(String) },
      },
    ]);
    await expectSetsTrue(tenant.id);
    const trail = await tenant.api.get(`${tenant.path}/audit-events?action=user.created&user_id=${body.data[0].id}`);
    const [event] = trail.body.data;
    expect(trail.body.data).toHaveLength(1);
    expect(event).toMatchObject({ resource_id: body.data[0].id, before: null });
    expect({ ...event.after, created_at: 0, updated_at: 0 }).toEqual({ ...body.data[0], created_at: 0, updated_at: 0 });
    // The next one that is made takes the next number.
    await tenant.user('carol');
    expect(await sql('SELECT ordinal FROM users WHERE tenant_id = $1 ORDER BY ordinal', [tenant.id])).toEqual([
      { ordinal: 0 },
      { ordinal: 1 },
      { ordinal: 2 },
    ]);
  });

  it('leaves users who are there by id or by name, and takes repeats in the file for one', async () => {
    const tenant = await newTenant();
    const [ada, other] = [await tenant.user('ada', { email: 'ada@example.com' }), randomUUID()];
    const file = `id,user_name,email\n${ada},renamed,\n${randomUUID()},ADA,new@example.com\n${other},bob,\n,BOB,\n${other.toUpperCase()},bob,\n`;
    expect((await importFile(tenant, 'users', file)).counts).toEqual(done(5, 1, 4));
    const users = await sql('SELECT id, user_name, email FROM users WHERE tenant_id = $1 ORDER BY ordinal', [
      tenant.id,
    ]);
    expect(users).toEqual([
      { id: ada, user_name: 'ada', email: 'ada@example.com' },
      { id: other, user_name: 'bob', email: null },
    ]);
  });

  it('says of every bad line what the API would say, and writes nothing', async () => {
    const tenant = await newTenant();
    await tenant.user('ada', { external_id: 'hr-1' });
    const before = await storedRows(tenant.id);
    const lines = [
      'id,user_name,email,external_id,status,attributes',
      ',ok,,,,',
      'x,bad id,,,,',
      ',,no-name@example.com,,,',
      ', spaces ,nobody,,,',
      ',gone,,,deleted,',
      ',list,,,,[1]',
      ',text,,,,hello',
      ',taken,,hr-1,,',
      ',first,,hr-2,,',
      ',second,,hr-2,,',
      ',short',
      ',nul\u0000,,,,',
    ];
    const { counts, errors, answer } = await importFile(tenant, 'users', lines.join('\n'));
    expect(counts).toEqual(failed(12, 10));
    expect(answer.body.data.message).toBe('10 of 12 lines are bad; nothing was written.');
    const text = 'text of 1 to 200 characters without control or invisible characters or spaces at its ends';
    const taken = (value: string): string => `external_id "${value}" is already taken in this tenant; choose another.`;
    expect(errors).toEqual([
      { line: 3, column: 'id', code: 'uuid', message: 'id must be a UUID, not "x"' },
      { line: 4, column: 'user_name', code: 'missing', message: `user_name is required: ${text}` },
      { line: 5, column: 'user_name', code: 'line', message: `user_name must be ${text}, not " spaces "` },
      { line: 5, column: 'email', code: 'email', message: expect.stringContaining('not "nobody"') },
      { line: 6, column: 'status', code: 'choice', message: 'status must be one of active, suspended, not "deleted"' },
      { line: 7, column: 'attributes', code: 'json_object', message: expect.stringContaining('a JSON object') },
      { line: 8, column: 'attributes', code: 'json_object', message: expect.stringContaining('not "hello"') },
      { line: 9, column: 'external_id', code: 'external_id_taken', message: taken('hr-1') },
      { line: 11, column: 'external_id', code: 'external_id_taken', message: taken('hr-2') },
      { line: 12, column: null, code: 'wrong_field_count', message: 'the line has 2 fields, the header 6' },
      { line: 13, column: 'user_name', code: 'unstorable_text', message: expect.stringContaining('NUL') },
    ]);
    const after = await storedRows(tenant.id);
    expect(after).toEqual({ ...before, imports: 1, import_errors: 11 });
  });

  it('writes the good lines all the same where it is not atomic', async () => {
    const tenant = await newTenant();
    const { counts, errors } = await importFile(tenant, 'users', 'user_name,email\na,\nb,bad\nc,\n', { atomic: false });
    expect(counts).toEqual(done(3, 2, 0, 1));
    expect(errors).toEqual([expect.objectContaining({ line: 3, column: 'email' })]);
    expect(await sql('SELECT user_name FROM users WHERE tenant_id = $1 ORDER BY ordinal', [tenant.id])).toEqual([
      { user_name: 'a' },
      { user_name: 'c' },
    ]);
  });

  it('only counts in a dry run, announced or sent as one', async () => {
    const tenant = await newTenant();
    await tenant.user('a');
    const before = await storedRows(tenant.id);
    const file = 'user_name,status\na,\nb,suspended\nc,\n';
    const announced = await importFile(tenant, 'users', file, { dry: true });
    expect(announced.counts).toEqual(done(3, 2, 1));
    const id = await announce(tenant, 'users');
    const sent = await tenant.api.put(`${tenant.path}/imports/${id}/content?dry_run=true`, undefined, {
      raw: file,
      headers: { 'content-type': 'text/csv' },
    });
    expect(sent.body.data).toMatchObject({ dry_run: true, state: 'succeeded', lines_written: 2, lines_unchanged: 1 });
    expect(await storedRows(tenant.id)).toEqual({ ...before, imports: 2 });
    // No number was used up either.
    const next = await sql('SELECT next_ordinal FROM user_ordinals WHERE tenant_id = $1', [tenant.id]);
    expect(next).toEqual([{ next_ordinal: 1 }]);
  });

  it('keeps the first 1,000 problems and counts all', async () => {
    const tenant = await newTenant();
    const lines = Array.from({ length: 1500 }, (_, at) => ` ${at}`);
    const { id, counts } = await importFile(tenant, 'users', ['user_name', ...lines].join('\n'));
    expect(counts).toEqual(failed(1500, 1500));
    const last = await tenant.api.get(`${tenant.path}/imports/${id}/errors?per_page=200&page=5`);
    expect(last.body.pagination.total_items).toBe(1000);
    expect(last.body.data[199].line).toBe(1001);
  });
});

describe('an import of groups and applications', () => {
  it('writes them as the API does, and leaves those that are there', async () => {
    const tenant = await newTenant();
    await tenant.group('Ops');
    await tenant.application('Mail', { client_id: 'mail' });
    const groups = await importFile(
      tenant,
      'groups',
      'name,description,external_id\nOPS,,\nDev,"two\nlines",ou-1\nQA,"",\n',
    );
    expect(groups.counts).toEqual(done(3, 2, 1));
    const file = 'name,client_id,type,status\nMail again,mail,,\nCRM,crm,spa,disabled\nWiki,,,\n';
    expect((await importFile(tenant, 'applications', file)).counts).toEqual(done(3, 2, 1));
    const listed = await tenant.api.get(`${tenant.path}/groups`);
    const groupsNow = listed.body.data as object[];
    expect(groupsNow.map((each) => ({ ...each, id: 0, created_at: 0, updated_at: 0 }))).toEqual(
      [
        { name: 'Ops', description: null, external_id: null },
        { name: 'Dev', description: 'two\nlines', external_id: 'ou-1' },
        { name: 'QA', description: '', external_id: null },
      ].map((each) => ({ ...each, kind: 'static', rule: null, id: 0, created_at: 0, updated_at: 0 })),
    );
    // Each is its own ancestor, as nesting and effective access ask for.
    expect(await storedRows(tenant.id)).toMatchObject({ groups: 3, group_closure: 3, applications: 3 });
    const apps = await sql(
      'SELECT name, client_id = id::text AS own, type, status FROM applications WHERE tenant_id = $1 ORDER BY id',
      [tenant.id],
    );
    expect(apps.slice(1)).toEqual([
      { name: 'CRM', own: false, type: 'spa', status: 'disabled' },
      { name: 'Wiki', own: true, type: 'web', status: 'active' },
    ]);
    const found = await tenant.api.get(`${tenant.path}/applications?search=wiki`);
    expect(found.body.data).toHaveLength(1);
  });
});

describe('lines of CSV', () => {
  it.each([
    ['\\n', '\n'],
    ['\\r\\n', '\r\n'],
  ])('have the numbers of an editor behind fields with newlines in them: %s', async (_, newline) => {
    const tenant = await newTenant();
    await tenant.group('Taken');
    const before = await storedRows(tenant.id);
    const rows = [
      'name,description,external_id', // 1
      'Dev,"two', // 2
      'lines",', // 3
      'One,,', // 4
      'Short', // 5
      '"Two', // 6
      'lines","and', // 7
      '', // 8
      'three",', // 9
      '', // 10
      ' Spaces ,"a', // 11
      'b",ou-1', // 12
      'First,,ou-2', // 13
      'Second,"', // 14
      '",ou-2', // 15
      'Third,,ou-2', // 16
    ];
    const { answer, counts, errors } = await importFile(tenant, 'groups', rows.join(newline));
    expect([answer.status, counts]).toEqual([200, failed(8, 5)]);
    const taken = 'external_id "ou-2" is already taken in this tenant; choose another.';
    expect(errors).toEqual([
      { line: 5, column: null, code: 'wrong_field_count', message: 'the line has 1 fields, the header 3' },
      { line: 6, column: 'name', code: 'line', message: expect.stringContaining('"Two') },
      { line: 11, column: 'name', code: 'line', message: expect.stringContaining('" Spaces "') },
      { line: 14, column: 'external_id', code: 'external_id_taken', message: taken },
      { line: 16, column: 'external_id', code: 'external_id_taken', message: taken },
    ]);
    expect(await storedRows(tenant.id)).toEqual({ ...before, imports: 1, import_errors: 5 });
  });
});

describe('a file that cannot be read', () => {
  const problem = (line: number | null, type: string): object => ({
    loc: line === null ? ['body'] : ['body', line],
    ...{ msg: expect.any(String), type },
  });

  it.each([
    ['is empty', '', [problem(null, 'empty_file')]],
    ['misses a column', 'email\na@example.com\n', [problem(1, 'missing_column')]],
    ['has an unknown column', 'user_name,nickname\na,b\n', [problem(1, 'unknown_column')]],
    ['has a column twice', 'user_name,email,email\na,,\n', [problem(1, 'duplicate_column')]],
    ['never closes a quote', 'user_name\na\n"b\nc\n', [problem(4, 'malformed_csv')]],
    ['has a quote in the middle', 'user_name\na"b\n', [problem(2, 'malformed_csv')]],
    ['is no UTF-8', Buffer.from('user_name\na\nb\xe9\n', 'latin1'), [problem(3, 'invalid_utf8')]],
    [
      'ends within a character',
      Buffer.from([...Buffer.from('user_name\nb'), 0xe2, 0x82]),
      [problem(2, 'invalid_utf8')],
    ],
    ['is UTF-16', Buffer.from('\ufeffuser_name\na\n', 'utf16le'), [problem(1, 'invalid_utf8')]],
    [
      'has a wrong quote behind a field of three lines',
      'user_name,attributes\na,"{\n\n}"\nb"c,\n',
      [problem(5, 'malformed_csv')],
    ],
    ['has a field of 10 MB', `user_name\n${'x'.repeat(10_000_000)}\n`, [problem(2, 'line_too_long')]],
  ])('because it %s is refused, and says why later on too', async (_, file, detail) => {
    const tenant = await newTenant();
    const { answer, counts, id } = await importFile(tenant, 'users', file);
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(refusal(answer, 'validation_failed', detail));
    expect(counts).toMatchObject({ state: 'failed', written: 0 });
    const { body } = await tenant.api.get(`${tenant.path}/imports/${id}`);
    expect(body.data.message).toBe(answer.body.detail[0].msg);
  });

  it.each([
    ['header only', 'user_name\r\n', 'csv'],
    ['nothing, as NDJSON', '', 'ndjson'],
  ] as const)('is not one with %s', async (_, file, format) => {
    const tenant = await newTenant();
    expect((await importFile(tenant, 'users', file, { format })).counts).toEqual(done(0, 0));
  });

  it('is refused where it is sent as something else than it was announced as', async () => {
    const tenant = await newTenant();
    const id = await announce(tenant, 'users');
    const types = ['application/x-ndjson', 'application/json', 'text/plain', 'text/csv; charset=utf-16'];
    for (const type of types) {
      const path = `${tenant.path}/imports/${id}/content`;
      const answer = await tenant.api.put(path, undefined, { raw: '"user_name"', headers: { 'content-type': type } });
      expect([type, answer.status, answer.body.code]).toEqual([type, 415, 'unsupported_media_type']);
    }
    const elsewhere = await tenant.api.post(`${tenant.path}/users`, undefined, {
      raw: 'user_name\na\n',
      headers: { 'content-type': 'text/csv' },
    });
    expect(elsewhere.status).toBe(415);
    expect((await send(tenant, id, 'user_name\na\n')).status).toBe(200);
  });
});

describe('lines of JSON', () => {
  it('are read one by one, the broken ones named', async () => {
    const tenant = await newTenant();
    const lines = [
      '{"user_name":"a","attributes":{"b":"ü"},"email":null}',
      '',
      '{"user_name":"b"',
      '["c"]',
      '{"user_name":1}',
      '{"user_name":"d","nickname":"e"}',
      '{"user_name":"\\ud800"}',
      '{"user_name":"e","attributes":{"x":"\\u0000"}}',
      '{"user_name":"z"}',
    ];
    const { counts, errors } = await importFile(tenant, 'users', lines.join('\r\n'), {
      format: 'ndjson',
      atomic: false,
    });
    expect(counts).toEqual(done(8, 2, 0, 6));
    expect(errors.map((each) => ({ ...each, message: '' }))).toEqual([
      { line: 3, column: null, code: 'malformed_json', message: '' },
      { line: 4, column: null, code: 'json_object', message: '' },
      { line: 5, column: 'user_name', code: 'line', message: '' },
      { line: 6, column: null, code: 'unknown_column', message: '' },
      { line: 7, column: 'user_name', code: 'unstorable_text', message: '' },
      { line: 8, column: 'attributes', code: 'unstorable_text', message: '' },
    ]);
    expect(await exported(tenant, 'users', 'ndjson')).toContain('"attributes":{"b": "ü"}');
  });

  it('may begin with a byte order mark, also where files were joined', async () => {
    const tenant = await newTenant();
    const file = '\ufeff{"user_name":"a"}\n\ufeff\n\ufeff{"user_name":"b"}\n{"user_name":"\ufeffc"}\n';
    const { counts, errors } = await importFile(tenant, 'users', file, { format: 'ndjson', atomic: false });
    expect(counts).toEqual(done(3, 2, 0, 1));
    expect(errors).toEqual([
      { line: 4, column: 'user_name', code: 'line', message: expect.stringContaining('without control or invisible') },
    ]);
    expect(await userNames(tenant.id)).toEqual(['a', 'b']);
  });

  it.each([
    ['10 MB', 10_000_000, '\n{"user_name":"c"}\n'],
    ['10 MB and no end', 10_000_000, ''],
    ['a byte more than 1 MiB', LONGEST + 1, '\n{"user_name":"c"}\n'],
  ])('refuse the file where one of them has %s', async (_, length, rest) => {
    const tenant = await newTenant();
    const before = await storedRows(tenant.id);
    const file = `{"user_name":"a"}\n${lineOf(length)}${rest}`;
    const { answer, counts, errors } = await importFile(tenant, 'users', file, { format: 'ndjson', atomic: false });
    const [msg, type] = [`line 2: a line must be at most ${LONGEST} bytes`, 'line_too_long'];
    expect(answer.status).toBe(422);
    expect(answer.body).toEqual(refusal(answer, 'validation_failed', [{ loc: ['body', 2], msg, type }]));
    expect(counts).toMatchObject({ state: 'failed', written: 0 });
    expect(errors).toEqual([]);
    expect(await storedRows(tenant.id)).toEqual({ ...before, imports: 1 });
  });

  it('may have 1 MiB each', async () => {
    const tenant = await newTenant();
    const file = `{"user_name":"a"}\n${lineOf(LONGEST)}\n{"user_name":"c"}\n`;
    expect((await importFile(tenant, 'users', file, { format: 'ndjson' })).counts).toEqual(done(3, 3));
    expect(await userNames(tenant.id)).toEqual(['a', 'b', 'c']);
  });
});
