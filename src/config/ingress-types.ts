import { isIP } from 'node:net';
import { SettingError, httpUrlWithoutPathEnd, type ReadSetting } from './setting-types.js';

/** First segments of the service's own paths. */
const OWN_SEGMENTS = ['api', 'v1', 'v1.0', 'roles', 'oauth', 'docs', 'docs-json', 'docs-yaml', 'health', '.well-known'];

/** Texts separated by commas, each read by `read`; spaces around them count for nothing. */
export function listOf<T>(read: ReadSetting<T>): ReadSetting<readonly T[]> {
  return (raw) => raw.split(',').map((each) => read(each.trim()));
}

/**
 * The URL of the service, whose path is the base path. One that begins like a path of the service itself is refused: a
 * request that comes with its base path could not be told from one that comes without.
 */
export function publicUrl(raw: string): string {
  const url = httpUrlWithoutPathEnd(raw);
  const [, first = ''] = new URL(url).pathname.split('/');
  if (!OWN_SEGMENTS.includes(first)) return url;
  throw new SettingError(`a URL whose path does not begin with a path of the service itself, as "/${first}" is`);
}

/** The base path of a public URL, without a slash at its end; empty where it has none. */
export function basePathOf(url: string): string {
  return new URL(url).pathname.replace(/\/+$/, '');
}

/** An origin as browsers send it (RFC 6454 section 6.2). */
export function webOrigin(raw: string): string {
  if (URL.canParse(raw) && /^https?:$/.test(new URL(raw).protocol) && new URL(raw).origin === raw) return raw;
  throw new SettingError('origins such as https://console.example, separated by commas');
}

/** Addresses and networks, in CIDR notation, of both versions of IP. `true`, a number of hops or "all" are refused. */
export function networkAddresses(raw: string): readonly string[] {
  return listOf(networkAddress)(raw);
}

function networkAddress(raw: string): string {
  const [address = '', bits, ...more] = raw.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
  if (version === 0 || !fits || more.length > 0 || address.includes('%')) {
    throw new SettingError('addresses or networks such as 10.0.0.0/8, separated by commas');
  }
  return raw;
}

/** An absolute path of plain segments that is none of the service's own. */
export function plainPath(raw: string): string {
  const [, first = ''] = raw.split('/');
  if (raw.length <= 200 && /^(?:\/[A-Za-z0-9_-]+)+$/.test(raw) && !OWN_SEGMENTS.includes(first)) return raw;
  throw new SettingError('a path such as /metrics that is none of the service itself');
}
