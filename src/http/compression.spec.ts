import { takesGzip } from './compression.js';

describe('a caller takes gzip', () => {
  it.each(['gzip', 'GZIP', 'br, gzip;q=0.1', '*', 'deflate, *;q=0.5', ' gzip ; q=1.0', 'x-gzip'])(
    'by %j',
    (accepts) => {
      expect(takesGzip(accepts)).toBe(true);
    },
  );

  it.each([undefined, '', 'br', 'identity', 'gzip;q=0', 'gzip;q=0.000, *', '*;q=0', 'gzipped', 'gzip;q=x'])(
    'not by %j',
    (accepts) => {
      expect(takesGzip(accepts)).toBe(false);
    },
  );
});
