import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { TLSSocket, createSecureContext } from 'node:tls';
import { freePort, launchDoorlist, startDoorlist } from '../support/doorlist-process.js';
import { workerState } from '../support/test-state.js';

// Starting a service takes 2 seconds alone, and ten times that where others use the machine.
import.meta.jest.setTimeout(90_000);

const hasOpenssl = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'openssl')));
/** PostgreSQL's SSLRequest: eight bytes, and the number 80877103 (manual, "Message Formats"). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Stands before the database of the run and speaks TLS, as a managed PostgreSQL does; who does not is sent away. */
class TlsFront {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that came by TLS, and those that asked without. */
  encrypted = 0;
  plain = 0;

  constructor(folder: string, name: string) {
    const context = createSecureContext({
      key: readFileSync(join(folder, `${name}.key`)),
      cert: readFileSync(join(folder, `${name}.pem`)),
    });
    const target = new URL(workerState().databaseUrl);
    const place = target.searchParams.get('host');
    const to = place?.startsWith('/')
      ? { path: `${place}/.s.PGSQL.${target.searchParams.get('port') ?? (target.port || '5432')}` }
      : { host: target.hostname, port: Number(target.port || '5432') };
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (bytes: Buffer) => {
        if (!bytes.equals(SSL_REQUEST)) {
          this.plain += 1;
          socket.destroy();
          return;
        }
        socket.write('S');
        const secure = new TLSSocket(socket, { isServer: true, secureContext: context });
        secure.on('error', () => undefined);
        secure.once('secure', () => {
          this.encrypted += 1;
          const onward = connect(to as { host: string; port: number });
          onward.on('error', () => secure.destroy());
          secure.pipe(onward).pipe(secure);
        });
      });
    });
  }

  async listen(): Promise<number> {
    const port = await freePort();
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

// eslint-disable-next-line no-restricted-syntax -- a machine without openssl has no certificates; .ci/run sees to it
(hasOpenssl ? describe : describe.skip)(
  hasOpenssl ? 'TLS to the database' : 'TLS to the database (skipped: openssl is not installed)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'doorlist-tls-'));
    let front: TlsFront;
    let port: number;

    beforeAll(async () => {
      for (const name of ['server', 'other']) {
        const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
        const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'];
        execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject], {
          stdio: 'ignore',
        });
      }
      front = new TlsFront(folder, 'server');
      port = await front.listen();
    });

    afterAll(() => {
      front.close();
      rmSync(folder, { recursive: true });
    });

    /** The database behind the front, with these parameters of the URL. */
    const urlWith = (host: string, parameters: Record<string, string>): string => {
      const url = new URL(workerState().databaseUrl);
      const query = new URLSearchParams(parameters);
      return `postgresql://${url.username}:${url.password}@${host}:${port}${url.pathname}?${query.toString()}`;
    };

    it('is spoken on every connection where the URL asks for it', async () => {
      const ca = { sslmode: 'verify-full', sslrootcert: join(folder, 'server.pem') };
      const service = await startDoorlist({ DATABASE_URL: urlWith('localhost', ca) });
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
      expect([front.encrypted > 3, front.plain]).toEqual([true, 0]);
      expect(await service.stop()).toBe(0);
    });

    it('is refused with a server that another authority vouches for, or that has another name', async () => {
      const wrong: [string, string, Record<string, string>][] = [
        ['self-signed certificate', 'localhost', { sslmode: 'verify-full', sslrootcert: join(folder, 'other.pem') }],
        ['altnames', '127.0.0.1', { sslmode: 'verify-full', sslrootcert: join(folder, 'server.pem') }],
        ['no such file', 'localhost', { sslmode: 'verify-full', sslrootcert: join(folder, 'nowhere.pem') }],
      ];
      await Promise.all(
        wrong.map(async ([reason, host, parameters]) => {
          const env = { PORT: String(await freePort()), PUBLIC_URL: 'https://door.example' };
          const { ended, output } = launchDoorlist({ ...env, DATABASE_URL: urlWith(host, parameters) });
          expect([reason, await ended]).toEqual([reason, 1]);
          expect(output()).toMatch(new RegExp(`^DATABASE_URL must .*${reason}.*\\.$`, 'm'));
        }),
      );
    });
  },
);
