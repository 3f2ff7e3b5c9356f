import { fits } from './listen-address.js';

/** A folder whose path has so many bytes. */
function folderOf(bytes: number): string {
  return `/${'d'.repeat(bytes - 1)}`;
}

describe('the length of a socket path', () => {
  const name = '/.s.PGSQL.5432'.length;

  it('is at most 103 bytes, the socket name included', () => {
    expect(fits(folderOf(103 - name))).toBe(true);
    expect(fits(folderOf(104 - name))).toBe(false);
  });

  it('is counted in bytes, not in characters', () => {
    expect(fits(`/${'ü'.repeat(44)}`)).toBe(true);
    expect(fits(`/${'ü'.repeat(45)}`)).toBe(false);
  });
});
