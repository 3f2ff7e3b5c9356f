import { scopesFor } from './requested-scopes.js';

describe('scopesFor', () => {
  it.each([
    [['directory:write', 'audit:read'], undefined, ['directory:write', 'audit:read']],
    [['directory:write', 'audit:read'], 'directory:read', ['directory:read']],
    [['directory:read'], 'directory:write', []],
    [['tenantadmin'], 'roles:write platform', ['roles:write']],
    [['platform'], 'tenantadmin', ['tenantadmin']],
    [['audit:read'], 'audit:read audit:read nonsense __proto__', ['audit:read']],
    [['gone:since'], undefined, []],
  ])('%j asked for %j gives %j', (held, requested, granted) => {
    expect(scopesFor(held, requested)).toEqual(granted);
  });
});
