import { expandScopes } from '../../kernel/access-scopes.js';
import { addedScopes, checkGrant, readScopes } from './granted-scopes.js';

const code = (code: string): unknown => expect.objectContaining({ code });
const issue = (type: string): unknown => expect.objectContaining({ issues: [expect.objectContaining({ type })] });

describe('granted scopes', () => {
  it('are read once each, in order', () => {
    expect(readScopes(['roles:read', 'audit:read', 'roles:read'])).toEqual(['roles:read', 'audit:read']);
  });

  it.each([
    [[], 'too_short'],
    [['toString'], 'unknown_scope'],
    [['audit:read', 'platform'], 'scope_not_for_tenants'],
  ])('refuse %j as %s', (names, type) => {
    expect(() => readScopes(names)).toThrow(issue(type) as Error);
  });

  it('are limited to what the granter holds, implied scopes included', () => {
    const granter = expandScopes(['directory:write']);
    expect(() => checkGrant(granter, ['directory:read', 'directory:write'])).not.toThrow();
    expect(() => checkGrant(granter, ['directory:read', 'roles:read'])).toThrow(code('scope_not_held') as Error);
    expect(() => checkGrant(expandScopes(['clients:write']), ['tenantadmin'])).toThrow(/tenantadmin/);
  });

  it('are new to a client only where it did not hold them before, as granted or implied', () => {
    expect(addedScopes(['directory:write'], ['directory:read', 'audit:read'])).toEqual(['audit:read']);
    expect(addedScopes(['tenantadmin'], ['audit:read'])).toEqual([]);
    expect(addedScopes(['audit:read'], ['tenantadmin'])).toEqual(['tenantadmin']);
  });
});
