import { findAccount } from './account.js';

const PASSWD = `root:x:0:0:root:/root:/bin/bash
nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin
toor:x:0:0::/root:/bin/sh
broken:x::
node:x:1000:1001::/home/node:/bin/bash
`;

describe('the unprivileged account', () => {
  it('is the first of the wanted names that exists', () => {
    expect(findAccount(PASSWD, ['postgres', 'nobody', 'node'])).toEqual({ uid: 65534, gid: 65533, name: 'nobody' });
    expect(findAccount(PASSWD, ['node', 'nobody'])).toEqual({ uid: 1000, gid: 1001, name: 'node' });
  });

  it('is never root by another name, nor a broken row', () => {
    expect(findAccount(PASSWD, ['toor', 'broken'])).toBeUndefined();
  });

  it('is matched by its whole name', () => {
    expect(findAccount(PASSWD, ['nod', 'x'])).toBeUndefined();
    expect(findAccount('', ['node'])).toBeUndefined();
  });
});
