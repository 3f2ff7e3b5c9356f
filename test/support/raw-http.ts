import { connect } from 'node:net';
import { SETTINGS } from '../../src/config/settings.js';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A request as text: the request line, the headers, an empty line. `Connection: close` ends the answer. */
export function requestText(method: string, path: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ Host: 'doorlist.test', Connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/**
 * Sends these very bytes, which no HTTP client would send, and answers what comes back until the connection ends; null
 * where nothing comes. `halfClose` says that nothing more will be sent, as a client does that dies in the middle.
 */
export async function sendRaw(url: string, bytes: string | Buffer, halfClose = false): Promise<RawAnswer | null> {
  const { hostname, port } = new URL(url);
  const received: Buffer[] = [];
  await new Promise<void>((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('data', (chunk) => received.push(chunk));
    // The service may end the connection while we are still sending.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve());
    if (halfClose) socket.end(bytes);
    else socket.write(bytes);
  });
  const [head = '', ...rest] = Buffer.concat(received).toString('utf8').split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  if (status === 0) return null;
  const headers = lines.map(
    (line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
  );
  return { status, headers: Object.fromEntries(headers), text: rest.join('\r\n\r\n') };
}

/**
 * The answer to a POST that declares one byte more than the service takes, and sends the beginning of it. To send it all
 * would be a race: the service answers and closes by the length alone, and who is still sending then may never read it.
 */
export async function sendTooLarge(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<RawAnswer | null> {
  const length = String(SETTINGS.bodyLimitBytes.fallback + 1);
  const declared = { ...headers, 'Content-Type': 'application/json', 'Content-Length': length };
  return sendRaw(url, `${requestText('POST', path, declared)}{"user_name":"`);
}
