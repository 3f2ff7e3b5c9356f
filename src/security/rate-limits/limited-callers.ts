import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Principal } from '../../kernel/principal.js';

const digests = new WeakMap<Principal, string>();

/**
 * What a caller is counted under: an API client of ours by its client id; whoever calls with a token of an outside issuer,
 * whose `sub` may be an e-mail address, by a digest.
 */
export function callerOf(principal: Principal, ownIssuer: string): string {
  if (principal.issuer === ownIssuer) return `client ${principal.clientId ?? principal.subject}`;
  const known = digests.get(principal);
  if (known !== undefined) return known;
  const made = `client ${digest(`${principal.issuer} ${principal.subject}`)}`;
  digests.set(principal, made);
  return made;
}

/** The same for an address: a digest of it, and of IPv6 of the network of 64 bits, which one household has whole. */
export function addressOf(ip: string): string {
  return `address ${digest(isIPv6(ip) ? networkOf(ip) : ip)}`;
}

/** The first four groups of an IPv6 address. One that holds an IPv4 address is that. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = '', after = ''] = ip.toLowerCase().split('%', 1).join('').split('::');
  const [head, tail] = [groupsOf(before), groupsOf(after)];
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...(ip.includes('::') ? zeros : []), ...tail].slice(0, 4).join(':');
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
