import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { tokenOf } from '../support/api.js';
import { newDatabase, rowsAt } from '../support/database-copy.js';
import { freePort, startDoorlist, type DoorlistProcess } from '../support/doorlist-process.js';
import { nginxProgram, startIngress, type Ingress } from '../support/ingress.js';
import { PLATFORM_CLIENT } from '../support/test-state.js';

const program = nginxProgram();
// A start takes seconds, and there are four.
import.meta.jest.setTimeout(180_000);

const CALLERS = 12;
const PUBLIC_URL = 'https://door.example/doorlist';

/** Answers of the load, by status, and what went wrong. */
interface Tally {
  readonly made: string[];
  readonly failures: string[];
  asked: number;
}

// eslint-disable-next-line no-restricted-syntax -- a machine without nginx cannot run it; .ci/run installs nginx first
(program === null ? describe.skip : describe)(
  program === null ? 'two instances behind nginx (skipped: nginx is not installed)' : 'two instances behind nginx',
  () => {
    const agent = new Agent({ keepAlive: true });
    const instances: DoorlistProcess[] = [];
    let database: string;
    let ingress: Ingress;
    let token: string;

    const start = async (port: number): Promise<DoorlistProcess> =>
      startDoorlist({
        PORT: String(port),
        PUBLIC_URL,
        DATABASE_URL: database,
        BOOTSTRAP_CLIENT_ID: PLATFORM_CLIENT.id,
        BOOTSTRAP_CLIENT_SECRET: PLATFORM_CLIENT.secret,
        DRAIN_SECONDS: '1',
        TRUSTED_PROXIES: '127.0.0.1',
        RATE_LIMIT_ADDRESS: '20',
      });

    /** One call through nginx. Rejects where no answer comes. */
    const call = async (
      method: string,
      path: string,
      body?: object,
      headers: Record<string, string> = {},
    ): Promise<{ status: number; headers: Record<string, unknown>; text: string }> =>
      new Promise((resolve, reject) => {
        const sent = body === undefined ? undefined : JSON.stringify(body);
        const authorization = token ? { authorization: `Bearer ${token}` } : {};
        const type = sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': sent.length };
        const asked = request(
          ingress.url + path,
          { method, agent, headers: { ...authorization, ...type, ...headers } },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
            answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
            answer.once('error', reject);
          },
        );
        asked.once('error', reject);
        asked.end(sent);
      });

    beforeAll(async () => {
      database = await newDatabase('migrated');
      const ports = [await freePort(), await freePort()];
      instances.push(...(await Promise.all(ports.map(start))));
      ingress = await startIngress(
        program!,
        instances.map(({ url }) => url),
      );
      token = await tokenOf(`${ingress.url}/doorlist`, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret);
    });

    afterAll(async () => {
      agent.destroy();
      await (ingress as Ingress | undefined)?.stop();
      for (const each of instances) await each.stop('SIGKILL');
    });

    it('answer under the base path, and with it in every URL, whatever the caller claims of itself', async () => {
      expect(decodeJwt(token).iss).toBe(PUBLIC_URL);
      const spoofed = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', host: 'evil.example' };
      const made = await call('POST', '/doorlist/api/v1/tenants', { slug: 'spoofed', name: 'Spoofed' }, spoofed);
      const { id } = (JSON.parse(made.text) as { data: { id: string } }).data;
      expect([made.status, made.headers.location]).toEqual([201, `${PUBLIC_URL}/api/v1/tenants/${id}`]);
      const home = await call('GET', '/doorlist/', undefined, spoofed);
      expect([home.status, home.headers.location]).toEqual([302, `${PUBLIC_URL}/docs`]);
      const page = await call('GET', '/doorlist/docs');
      const scripts = [...page.text.matchAll(/src="([^"]+)"/g)].map(([, src = '']) =>
        new URL(src, 'http://x/doorlist/docs').pathname.slice(1),
      );
      expect(scripts).toHaveLength(3);
      for (const path of scripts) expect([path, (await call('GET', `/${path}`)).status]).toEqual([path, 200]);
    });

    it('count addresses as nginx has seen them, and not as a caller states them', async () => {
      // 20 for each of the two instances, and twice that where a minute ends in between.
      let answer = await call('GET', '/doorlist/oauth/jwks');
      for (let at = 0; at < 100 && answer.status === 200; at += 1) {
        answer = await call('GET', '/doorlist/oauth/jwks', undefined, { 'x-forwarded-for': `203.0.113.${at}` });
      }
      expect([answer.status, answer.headers['ratelimit-policy']]).toEqual([429, '"address";q=20;w=60']);
    });

    it('restart one after the other under load, and no request fails or is done twice', async () => {
      const tenant = JSON.parse(
        (await call('POST', '/doorlist/api/v1/tenants', { slug: 'load', name: 'Load' })).text,
      ) as {
        data: { id: string };
      };
      const path = `/doorlist/api/v1/tenants/${tenant.data.id}`;
      const load: Tally = { made: [], failures: [], asked: 0 };
      let isOver = false;
      const caller = async (number: number): Promise<void> => {
        for (let at = 0; !isOver; at += 1) {
          const name = `g-${number}-${at}`;
          const post = at % 2 === 0;
          load.asked += 1;
          try {
            const answer = await (post
              ? call('POST', `${path}/groups`, { name })
              : call('GET', `${path}/groups?per_page=2`));
            if (answer.status === 201) load.made.push(name);
            else if (answer.status !== 200) load.failures.push(`${name}: ${answer.status} ${answer.text}`);
          } catch (error) {
            load.failures.push(`${name}: ${String(error)}`);
          }
          await sleep(5);
        }
      };
      const callers = Array.from({ length: CALLERS }, (_, number) => caller(number));
      for (const at of [0, 1]) await restart(at);
      isOver = true;
      await Promise.all(callers);

      expect([load.failures, ingress.complaints()]).toEqual([[], '']);
      const rows = await rowsAt<{ name: string }>(database, 'SELECT name FROM groups WHERE tenant_id = $1', [
        tenant.data.id,
      ]);
      expect(rows.map(({ name }) => name).sort()).toEqual(load.made.sort());
      expect(load.asked).toBeGreaterThan(200);
    });

    /** Stops an instance and starts it again; waits until nginx sends it requests. */
    async function restart(at: number): Promise<void> {
      const was = instances[at]!;
      expect([await was.stop(), was.output().includes('"msg":"stopped"')]).toEqual([0, true]);
      const now = await start(Number(new URL(was.url).port));
      instances[at] = now;
      while (!now.output().includes('"route":"/api/v1/tenants/:tenant_id/groups"')) await sleep(100);
    }
  },
);
