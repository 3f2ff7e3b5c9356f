import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageIdOf } from './entitlement-messages.js';

const SRC = fileURLToPath(new URL('../../', import.meta.url));
const DOCS = fileURLToPath(new URL('../../../docs/entitlement-messages.md', import.meta.url));

/** The parts of the source that calls under /v1.0/ pass through. */
const ON_THE_WAY = [
  'http',
  'security',
  'persistence/database-errors.ts',
  'modules/entitlements',
  'kernel/domain-error.ts',
];

/** Codes that these parts throw for other surfaces alone. */
const ELSEWHERE = [
  'version_mismatch',
  'wrong_tenant',
  'tenant_not_found',
  'dry_run_too_large',
  'headers_too_large',
  'request_timeout',
  'not_implemented',
];

/** Every code that a piece of the source can refuse with. */
function codesIn(source: string): string[] {
  const thrown =
    /(?:forbidden|conflict|refusedToken)\(\s*'([a-z_]+)'|DomainError\(\s*'[a-z_]+',\s*'([a-z_]+)'|notFound\(\s*'([a-z_]+)'|\[\d{3}, '([a-z_]+)'/g;
  const listed = /(?:\[\s*4\d\d,\s*'|raw\(\d{3}, '|status: \d{3}, code: '|code: ')([a-z_]+)'/g;
  const first = [...source.matchAll(thrown)].map(([, plain, made, missing, listedThere]) =>
    missing === undefined ? (plain ?? made ?? listedThere ?? '') : `${missing}_not_found`,
  );
  return [...first, ...[...source.matchAll(listed)].map(([, code = '']) => code)];
}

function filesOf(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(SRC + path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => `${path}/${name}`);
}

/** `messageId` by code, as the page lists them. */
function documented(): Map<string, string> {
  const rows = readFileSync(DOCS, 'utf8').matchAll(/^\| `(DLE\d{5})`\s*\| `(\w+)`\s*\| \S/gm);
  return new Map([...rows].map(([, id = '', code = '']) => [code, id]));
}

describe('the messages of the entitlement calls', () => {
  it('have an id of their own for every code that a call can be refused with', () => {
    const skipped = new Set([...ELSEWHERE, 'refused', 'already_assigned', 'too_many_imports']);
    const codes = new Set(ON_THE_WAY.flatMap(filesOf).flatMap((file) => codesIn(readFileSync(SRC + file, 'utf8'))));
    expect(codes.size).toBeGreaterThan(30);
    expect([...codes].filter((code) => !skipped.has(code) && messageIdOf(code, 400).endsWith('00')).sort()).toEqual([]);
  });

  it('are listed on their page, each id once and with the status in it', () => {
    const page = documented();
    expect(page.size).toBeGreaterThan(40);
    for (const [code, id] of page) expect([code, messageIdOf(code, 400)]).toEqual([code, id]);
    expect(new Set(page.values()).size).toBe(page.size);
    const table = readFileSync(`${SRC}http/errors/entitlement-messages.ts`, 'utf8').matchAll(
      /^ {2}(\w+): '(DLE\d{5})',$/gm,
    );
    expect(Object.fromEntries([...table].map(([, code = '', id = '']) => [code, id]))).toEqual(
      Object.fromEntries(page),
    );
  });

  it('are called after the status where a code is not known', () => {
    expect(messageIdOf('any', 418)).toBe('DLE41800');
  });
});
