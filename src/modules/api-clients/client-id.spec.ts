import { newId } from '../../kernel/ids.js';
import { newClientId, tenantOfClientId } from './client-id.js';

describe('client ids', () => {
  it('name their tenant, and no two are the same', () => {
    const tenantId = newId();
    const ids = [newClientId(tenantId), newClientId(tenantId)];
    expect(ids.map(tenantOfClientId)).toEqual([tenantId, tenantId]);
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[0]).toMatch(/^[\w-]{22}\.[\w-]{16}$/);
  });

  it('read a tenant in upper case as the same tenant', () => {
    const tenantId = newId();
    expect(tenantOfClientId(newClientId(tenantId.toUpperCase()))).toBe(tenantId);
  });

  it.each([
    'platform',
    '',
    'a.b',
    'a'.repeat(38),
    `${'A'.repeat(21)}.${'A'.repeat(16)}`,
    `${'A'.repeat(22)}.${'A'.repeat(16)}.x`,
  ])('find no tenant in %j', (clientId) => {
    expect(tenantOfClientId(clientId)).toBeNull();
  });

  it('have one spelling: bits that belong to no byte must be zero', () => {
    const clientId = newClientId(newId());
    const last = clientId[21]!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = alphabet[alphabet.indexOf(last) + 1]!;
    expect(tenantOfClientId(clientId.slice(0, 21) + other + clientId.slice(22))).toBeNull();
  });

  it('are not made for what is no tenant', () => {
    expect(() => newClientId('platform')).toThrow('UUID');
  });
});
