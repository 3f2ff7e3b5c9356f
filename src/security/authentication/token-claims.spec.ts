import { principalOf, type IssuerTerms } from './token-claims.js';

const NOW = 1_800_000_000;
const TENANT = '0190a1b2-0000-7000-8000-00000000000a';
const OWN: IssuerTerms = { issuer: 'https://own', audience: 'urn:api', own: true, tenantId: null, scopes: null };
const OUTSIDE: IssuerTerms = { ...OWN, issuer: 'https://idp', own: false };

const ownClaims = (changes: object = {}) => ({
  iss: 'https://own',
  aud: 'urn:api',
  sub: 'client-1',
  client_id: 'client-1',
  tenant_id: TENANT,
  scope: 'directory:write',
  iat: NOW,
  exp: NOW + 60,
  ...changes,
});
const outsideClaims = (changes: object = {}) => ({
  iss: 'https://idp',
  aud: ['urn:other', 'urn:api'],
  sub: 'user-1',
  azp: 'spa',
  tenant_id: TENANT.toUpperCase(),
  scope: 'directory:read',
  exp: NOW + 60,
  ...changes,
});
const refusal = (code: string): Error => expect.objectContaining({ kind: 'unauthenticated', code }) as Error;

describe('principalOf', () => {
  it('reads our own tokens', () => {
    expect(principalOf(ownClaims(), OWN, NOW)).toEqual({
      subject: 'client-1',
      clientId: 'client-1',
      issuer: 'https://own',
      tenantId: TENANT,
      scopes: ['directory:write'],
      allowed: new Set(['directory:write', 'directory:read']),
      expiresAt: NOW + 60,
    });
  });

  it('reads a platform token, which has no tenant', () => {
    const principal = principalOf(ownClaims({ tenant_id: undefined, scope: 'platform' }), OWN, NOW);
    expect(principal.tenantId).toBeNull();
    expect(principal.allowed.has('platform')).toBe(true);
  });

  it("reads an outside issuer's tokens, the tenant in lower case", () => {
    expect(principalOf(outsideClaims(), OUTSIDE, NOW)).toMatchObject({
      subject: 'user-1',
      clientId: 'spa',
      tenantId: TENANT,
    });
  });

  it.each([
    ['expired_token', { exp: NOW }],
    ['invalid_token', { exp: undefined }],
    ['invalid_token', { exp: String(NOW + 60) }],
    ['invalid_token', { exp: Number.POSITIVE_INFINITY }],
    ['token_not_yet_valid', { nbf: NOW + 6 }],
    ['token_not_yet_valid', { nbf: null }],
    ['token_not_yet_valid', { iat: NOW + 6 }],
    ['token_not_yet_valid', { iat: undefined }],
    ['wrong_audience', { aud: 'urn:api/' }],
    ['wrong_audience', { aud: undefined }],
    ['wrong_audience', { aud: { 0: 'urn:api' } }],
    ['invalid_token', { iss: 'https://idp' }],
    ['invalid_token', { sub: undefined }],
    ['invalid_token', { sub: '' }],
    ['invalid_token', { sub: 'a\u0000b' }],
    ['invalid_token', { sub: 'another' }],
    ['invalid_token', { client_id: undefined }],
    ['invalid_token', { tenant_id: 'acme' }],
    ['invalid_token', { tenant_id: null }],
  ])('answers %s to %j', (code, changes) => {
    expect(() => principalOf(ownClaims(changes), OWN, NOW)).toThrow(refusal(code));
  });

  it('lets the clocks differ by five seconds', () => {
    expect(() => principalOf(ownClaims({ iat: NOW + 5, nbf: NOW + 5 }), OWN, NOW)).not.toThrow();
  });

  it('takes no tokens without a tenant from outside', () => {
    expect(() => principalOf(outsideClaims({ tenant_id: undefined }), OUTSIDE, NOW)).toThrow(refusal('invalid_token'));
  });

  it('keeps a bound issuer in its tenant, whatever its tokens say', () => {
    const bound = { ...OUTSIDE, tenantId: 'FFFFFFFF-0000-7000-8000-00000000000B' };
    expect(principalOf(outsideClaims(), bound, NOW).tenantId).toBe('ffffffff-0000-7000-8000-00000000000b');
  });

  it.each([
    [null, { scope: 'audit:read platform nonsense' }, ['audit:read']],
    [null, { scope: undefined, scp: ['audit:read', 7, 'platform'] }, ['audit:read']],
    [null, { scope: undefined, scp: 'audit:read roles:read' }, ['audit:read', 'roles:read']],
    [null, { scope: undefined }, []],
    [['directory:read'], { scope: 'directory:write audit:read' }, ['directory:read']],
    [['directory:write'], { scope: 'directory:read' }, ['directory:read']],
    [['audit:read', 'platform'], { scope: 'platform tenantadmin' }, ['audit:read']],
    [[], { scope: 'tenantadmin' }, []],
  ])('limits outside scopes to %j: %j gives %j', (scopes, changes, granted) => {
    const principal = principalOf(outsideClaims(changes), { ...OUTSIDE, scopes }, NOW);
    expect(principal.scopes).toEqual(granted);
    expect(principal.allowed.has('platform')).toBe(false);
  });
});
