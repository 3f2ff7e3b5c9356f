import { sql } from '../support/sql.js';
import { newTenant, type TestTenant } from '../support/tenant.js';
import type { ApiAnswer } from '../support/api.js';

const asked = (filter: string, more = ''): string => `?filter=${encodeURIComponent(filter)}${more}`;

async function namesOf(tenant: TestTenant, filter: string, more = ''): Promise<string[]> {
  const answer = await tenant.api.get(`${tenant.path}/users${asked(filter, more)}`);
  expect([filter, answer.status, answer.status === 200 ? '' : answer.body]).toEqual([filter, 200, '']);
  const rows = answer.body.data as { user_name: string }[];
  expect(answer.body.pagination.total_items).toBe(rows.length);
  return rows.map((row) => row.user_name);
}

function expectRefused(answer: ApiAnswer, filter: string, at: number, said: string): void {
  expect([filter, answer.status, answer.body]).toEqual([
    filter,
    400,
    {
      detail: expect.stringContaining(`filter, at position ${at}: `),
      code: 'invalid_filter',
      request_id: expect.any(String),
    },
  ]);
  expect(answer.body.detail).toContain(said);
}

/** Ada, Bob and Cleo, who differ in everything. */
async function people(): Promise<TestTenant> {
  const tenant = await newTenant();
  await tenant.user('ada', {
    email: 'Ada@Example.com',
    display_name: 'Ada Lovelace',
    given_name: 'Ada',
    family_name: 'Lovelace',
    external_id: 'HR-1',
    attributes: {
      department: 'Sales',
      title: 'Senior Engineer',
      level: 3,
      remote: true,
      tags: ['Chess', 'maths'],
      emails: [
        { type: 'work', value: 'ada@work.example' },
        { type: 'home', value: 'ada@home.example' },
      ],
      'cost center': 'C-1',
    },
  });
  await tenant.user('bob', {
    email: 'bob@example.org',
    status: 'suspended',
    attributes: {
      department: 'sales',
      level: 10,
      remote: false,
      tags: [],
      note: '',
      emails: [
        { type: 'work', value: 'bob@home.example' },
        { type: 'home', value: 'bob@work.example' },
      ],
    },
  });
  await tenant.user('STRASSE', { display_name: 'Straße' });
  return tenant;
}

describe('a filter of users', () => {
  it('compares as RFC 7644 says', async () => {
    const tenant = await people();
    const all = ['ada', 'bob', 'STRASSE'];
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['user_name eq "ADA"', ['ada']],
      ['USER_NAME EQ "straße"', ['STRASSE']],
      ['user_name ne "ada"', ['bob', 'STRASSE']],
      ['user_name sw "a" or user_name ew "OB"', ['ada', 'bob']],
      ['user_name co "ras"', ['STRASSE']],
      ['user_name gt "ada" and user_name le "bob"', ['bob']],
      ['email eq "ada@EXAMPLE.com"', ['ada']],
      ['email sw "bob@"', ['bob']],
      ['email ne "ada@example.com"', ['bob', 'STRASSE']],
      ['not (email co "example.com")', ['bob', 'STRASSE']],
      ['email pr', ['ada', 'bob']],
      ['email eq null', ['STRASSE']],
      ['email ne NULL', ['ada', 'bob']],
      ['display_name eq "ada lovelace"', ['ada']],
      // It is listed by its user name, and has no display name all the same.
      ['display_name sw "bob"', []],
      ['display_name eq "strasse"', ['STRASSE']],
      ['given_name co "D" and family_name sw "love"', ['ada']],
      ['external_id eq "HR-1"', ['ada']],
      ['external_id eq "hr-1"', []],
      ['external_id sw "HR"', ['ada']],
      ['status eq "SUSPENDED"', ['bob']],
      ['active eq true', ['ada', 'STRASSE']],
      ['active ne true', ['bob']],
      ['active pr', all],
      ['id pr and created_at gt "2020-01-01T00:00:00Z"', all],
      ['created_at lt "2020-01-01T00:00:00+02:00"', []],
      ['attributes.department eq "SALES"', ['ada', 'bob']],
      ['attributes.Department eq "sales"', []],
      ['attributes.department ne "sales"', ['STRASSE']],
      ['attributes.department sw "sal" and active eq false', ['bob']],
      ['attributes.title co "engineer"', ['ada']],
      ['attributes.level gt 3', ['bob']],
      ['attributes.level ge 3.0e0', ['ada', 'bob']],
      ['attributes.level eq "3"', []],
      ['attributes.level eq 3', ['ada']],
      ['not (attributes.level eq 3)', ['bob', 'STRASSE']],
      ['attributes.remote eq false', ['bob']],
      ['attributes.remote ne true', ['bob', 'STRASSE']],
      ['attributes.tags eq "CHESS"', ['ada']],
      ['attributes.tags co "ath"', ['ada']],
      ['attributes.tags pr', ['ada']],
      ['attributes.note pr', []],
      ['attributes.note eq ""', ['bob']],
      ['attributes pr', ['ada', 'bob']],
      ['attributes."cost center" eq "c-1"', ['ada']],
      ['attributes.emails.value co "work"', ['ada', 'bob']],
      ['attributes.emails[type eq "work" and value co "@work"]', ['ada']],
      ['attributes.emails[type eq "work" and not (value co "@work")]', ['bob']],
      ['attributes.emails[not (type pr)]', []],
      ['attributes.department eq "Sales" and (attributes.title co "Engineer" or not (active eq false))', ['ada']],
    ];
    for (const [filter, names] of cases) expect([filter, await namesOf(tenant, filter)]).toEqual([filter, names]);
    expect(await namesOf(tenant, 'active eq true', '&search=a&status=active')).toEqual(['ada', 'STRASSE']);
  });

  it('follows what changes', async () => {
    const tenant = await people();
    const [ada] = (await tenant.api.get(`${tenant.path}/users${asked('user_name eq "ada"')}`)).body.data as {
      id: string;
    }[];
    const url = `${tenant.path}/users/${ada!.id}`;
    await tenant.api.patch(url, { email: null, attributes: { department: 'Marketing', tags: null, level: [7, 8] } });
    expect(await namesOf(tenant, 'email pr')).toEqual(['bob']);
    expect(await namesOf(tenant, 'attributes.department eq "sales"')).toEqual(['bob']);
    expect(await namesOf(tenant, 'attributes.department eq "marketing"')).toEqual(['ada']);
    expect(await namesOf(tenant, 'attributes.level eq 8')).toEqual(['ada']);
    expect(await namesOf(tenant, 'attributes.tags pr')).toEqual([]);
    await tenant.api.delete(url);
    expect(
      await sql(`SELECT path FROM user_attributes WHERE tenant_id = $1 AND user_id = $2`, [tenant.id, ada!.id]),
    ).toEqual([]);
    const file = { raw: 'user_name,email,attributes\nzoe,ZOE@x.org,"{""department"":""Ops"",""n"":[1,2]}"\n' };
    const made = await tenant.api.post(`${tenant.path}/imports`, { kind: 'users' });
    await tenant.api.put(`${tenant.path}/imports/${made.body.data.id}/content`, undefined, {
      ...file,
      headers: { 'content-type': 'text/csv' },
    });
    expect(
      await namesOf(tenant, 'attributes.department eq "OPS" and attributes.n eq 2 and email eq "zoe@x.org"'),
    ).toEqual(['zoe']);
  });
});

describe('a filter that is wrong', () => {
  it('is refused with the place and what is right', async () => {
    const { api, path } = await newTenant();
    const cases: readonly (readonly [string, number, string])[] = [
      ['', 0, 'expected an attribute, "not" or "("'],
      ['user_name', 9, 'expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le, pr), not the end'],
      ['user_name = "ada"', 10, 'expected an operator'],
      ['user_name eq ada', 13, 'expected a value'],
      ['user_name eq "ada', 13, 'expected a JSON string that ends'],
      ['user_name eq "a\\q"', 13, 'a backslash stands before'],
      ['user_name eq "\\u0000"', 13, 'without NUL characters or unpaired surrogates'],
      ['user_name eq "\\ud800"', 13, 'without NUL characters or unpaired surrogates'],
      ['(active eq true', 15, 'expected "and", "or" or ")", not the end'],
      ['active eq true)', 14, 'expected "and", "or" or the end, not ")"'],
      ['not active eq true', 4, 'expected "(" after "not"'],
      ['active eq true and', 18, 'expected an attribute'],
      ['nickname eq "x"', 0, 'unknown attribute "nickname"; known are active, attributes.<path>, created_at'],
      ['constructor eq "x"', 0, 'unknown attribute'],
      ['active eq "true"', 10, 'active is compared with true or false, not "true"'],
      ['active gt true', 7, 'active is a boolean, expected one of eq, ne, pr'],
      ['user_name eq 5', 13, 'user_name is compared with a string'],
      ['created_at gt "2026-02-30T00:00:00Z"', 14, 'a date and time such as'],
      ['id eq "ada"', 6, 'a UUID'],
      ['user_name.first eq "x"', 0, 'has no attributes of its own'],
      ['user_name[type eq "x"]', 0, 'no list'],
      ['attributes eq "x"', 0, 'is an object'],
      ['attributes.a gt true', 16, 'gt is not for true'],
      ['attributes.a co 5', 16, 'co is for strings'],
      ['attributes.a gt null', 16, 'only eq and ne'],
      ['attributes.a eq 1e999', 16, 'a double'],
      ['attributes.a eq 01', 16, 'expected a value'],
      ['attributes. a eq 1', 12, 'a name after the dot'],
      ["user_name eq 'x' OR 1=1 --", 13, 'expected a value'],
      [`${'('.repeat(3000)}active eq true${')'.repeat(3000)}`, 50, 'at most 50'],
      [Array.from({ length: 101 }, () => 'active pr').join(' or '), 1300, 'at most 100 comparisons'],
      [`user_name eq "${'x'.repeat(8192)}"`, 8192, 'at most 8192 bytes, not 8207'],
    ];
    for (const [filter, at, said] of cases)
      expectRefused(await api.get(`${path}/users${asked(filter)}`), filter, at, said);
    const twice = await api.get(`${path}/users?filter=active%20pr&filter=active%20pr`);
    expect([twice.status, twice.body.detail[0].loc]).toEqual([422, ['query', 'filter']]);
    const nul = await api.get(`${path}/users?filter=user_name%20eq%20%22%00%22`);
    expect([nul.status, nul.body.detail[0].type]).toEqual([422, 'unstorable_text']);
  });

  it('is refused however large it is', async () => {
    const { api, path } = await newTenant();
    for (const filter of ['('.repeat(10_000), `user_name eq "${'x'.repeat(1_000_000)}"`]) {
      const answer = await fetch(`${api.url}${path}/users${asked(filter)}`, {
        headers: { authorization: `Bearer ${api.token}` },
      });
      expect([400, 414, 431]).toContain(answer.status);
    }
  });

  it('reaches the database as values alone', async () => {
    const tenant = await people();
    const hostile = [
      `'; DROP TABLE users; --`,
      `$1`,
      `%`,
      `_`,
      `\\`,
      `') OR ('1'='1`,
      `"`,
      `{}`,
      '💥',
      '\u{10FFFF}',
      `a"b\\c`,
    ];
    for (const text of hostile) {
      const value = JSON.stringify(text);
      for (const operator of ['eq', 'co', 'sw', 'ew', 'gt']) {
        const found = operator === 'gt' ? expect.any(Array) : [];
        for (const attribute of ['user_name', 'email', 'display_name', 'external_id', 'attributes.department']) {
          expect(await namesOf(tenant, `${attribute} ${operator} ${value}`)).toEqual(found);
        }
        expect(await namesOf(tenant, `attributes.${value} ${operator} "x"`)).toEqual([]);
        expect(await namesOf(tenant, `attributes.a.${value}.b[c ${operator} ${value}]`)).toEqual([]);
      }
    }
    expect(await namesOf(tenant, 'user_name pr')).toHaveLength(3);
  });
});
