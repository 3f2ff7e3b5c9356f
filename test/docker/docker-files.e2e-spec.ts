import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import { SETTINGS } from '../../src/config/settings.js';
import { tokenOf } from '../support/api.js';
import { sendTooLarge } from '../support/raw-http.js';
import { PLATFORM_CLIENT, workerState } from '../support/test-state.js';

/** What can be told of docker/ without a Docker engine and without nginx. */

const ROOT = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const isInRepository = (path: string): boolean => existsSync(fileURLToPath(new URL(path, ROOT)));

const SETTING_NAMES = Object.values(SETTINGS).map(({ variable }) => variable);
const manifest = JSON.parse(text('package.json')) as { engines: { node: string }; scripts: { start: string } };

interface Instruction {
  readonly name: string;
  readonly value: string;
}

interface Stage {
  readonly base: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile, with the defaults of its global arguments filled into their FROM lines. */
function stagesOf(dockerfile: string): Stage[] {
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  const args = new Map<string, string>();
  for (const { name, value } of instructionsOf(dockerfile)) {
    const [base = '', , stage = ''] = value
      .replace(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? '')
      .split(/\s+/);
    if (name === 'FROM') stages.push({ base, name: stage, instructions: [] });
    else if (stages.length > 0) stages.at(-1)!.instructions.push({ name, value });
    else if (name === 'ARG') args.set(value.split('=', 1)[0] ?? '', value.split('=').slice(1).join('='));
  }
  return stages;
}

function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  return lines
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => ({ name: /^\w+/.exec(line)?.[0] ?? '', value: line.replace(/^\w+\s+/, '') }));
}

/** The stages that make the image of the last one: itself and, in turn, what it is built on. */
function runtimeOf(stages: readonly Stage[]): Instruction[] {
  const found: Instruction[] = [];
  let stage = stages.at(-1);
  while (stage) {
    found.unshift(...stage.instructions);
    const { base }: Stage = stage;
    stage = stages.find(({ name }) => name === base);
  }
  return found;
}

const valuesOf = (instructions: readonly Instruction[], name: string): string[] =>
  instructions.filter((each) => each.name === name).map(({ value }) => value);

/** KEY=value pairs of an ENV, LABEL or ARG. */
const pairsOf = (value: string): [string, string][] =>
  [...value.matchAll(/([\w.]+)=("[^"]*"|\S*)/g)].map(([, key = '', quoted = '']) => [key, quoted.replaceAll('"', '')]);

const isExecForm = (value: string): boolean => /^\[\s*"[^"]*"(?:\s*,\s*"[^"]*")*\s*\]$/.test(value);

/** All that is wrong with a Dockerfile. */
function complaintsAbout(dockerfile: string): string[] {
  const stages = stagesOf(dockerfile);
  const runtime = runtimeOf(stages);
  const all = stages.flatMap(({ instructions }) => instructions);
  const found: string[] = [];
  const refuse = (isWrong: boolean, what: string): unknown => isWrong && found.push(what);
  for (const { base } of stages) {
    const isStage = stages.some(({ name }) => name === base);
    refuse(!isStage && !/:(?!latest$)[\w.-]+$/.test(base), `FROM ${base} has no fixed tag`);
  }
  for (const value of valuesOf(all, 'COPY')) found.push(...complaintsAboutCopy(value, stages));
  refuse(valuesOf(all, 'ADD').length > 0, 'ADD fetches and unpacks: use COPY');
  refuse(valuesOf(runtime, 'RUN').length > 0, 'the default runtime has no shell: nothing can RUN in it');
  refuse(!/^[1-9]\d*(?::[1-9]\d*)?$/.test(valuesOf(runtime, 'USER').at(-1) ?? ''), 'USER is not a number above 0');
  const command = valuesOf(runtime, 'CMD').at(-1) ?? '';
  refuse(!isExecForm(command), 'CMD is not in exec form');
  refuse(
    valuesOf(runtime, 'ENTRYPOINT').some((value) => !isExecForm(value)),
    'ENTRYPOINT is not in exec form',
  );
  const check = /\bCMD (.*)$/.exec(valuesOf(runtime, 'HEALTHCHECK').at(-1) ?? '')?.[1] ?? '';
  refuse(!isExecForm(check) || !check.startsWith('["node"'), 'HEALTHCHECK is not node in exec form');
  refuse(valuesOf(runtime, 'STOPSIGNAL').at(-1) !== 'SIGTERM', 'STOPSIGNAL is not SIGTERM');
  for (const [name] of valuesOf(runtime, 'ENV').flatMap(pairsOf)) {
    refuse(name !== 'NODE_ENV' && !SETTING_NAMES.includes(name), `ENV ${name} is no setting of the service`);
  }
  return found;
}

function complaintsAboutCopy(value: string, stages: readonly Stage[]): string[] {
  const words = value.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  if (from !== undefined) return stages.some(({ name }) => name === from) ? [] : [`COPY --from=${from} names no stage`];
  const sources = words.filter((word) => !word.startsWith('--')).slice(0, -1);
  return sources.flatMap((source) => [
    ...(isInRepository(source) ? [] : [`COPY ${source}: not in the repository`]),
    ...(isInContext(source) ? [] : [`COPY ${source}: kept out by .dockerignore`]),
  ]);
}

/** As .dockerignore is written here: all is out, but for what an exception names; the last line that fits decides. */
function isInContext(path: string): boolean {
  const lines = text('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  let isIn = true;
  for (const line of lines) {
    const pattern = line
      .replace(/^!/, '')
      .replaceAll('.', '\\.')
      .replaceAll('**/', '(?:.*/)?')
      .replace(/(?<!\.)\*/g, '[^/]*');
    if (new RegExp(`^${pattern}(?:/|$)`).test(path)) isIn = line.startsWith('!');
  }
  return isIn;
}

describe('docker/Dockerfile', () => {
  const dockerfile = text('docker/Dockerfile');
  const runtime = runtimeOf(stagesOf(dockerfile));
  const environment = new Map(valuesOf(runtime, 'ENV').flatMap(pairsOf));

  it('is without fault', () => {
    expect(complaintsAbout(dockerfile)).toEqual([]);
    expect(complaintsAbout(dockerfile.replace('ARG EMBEDDED=false', 'ARG EMBEDDED=true'))).toEqual([
      'the default runtime has no shell: nothing can RUN in it',
    ]);
  });

  it.each([
    ['FROM node:22.23.3-bookworm-slim AS build', 'FROM node AS build', 'FROM node has no fixed tag'],
    ['COPY src src', 'COPY source src', 'COPY source: not in the repository'],
    ['COPY src src', 'COPY docs docs', 'COPY docs: kept out by .dockerignore'],
    ['COPY src src', 'ADD https://example.com/src src', 'ADD fetches and unpacks: use COPY'],
    ['COPY --from=build /app/dist', 'COPY --from=builder /app/dist', 'COPY --from=builder names no stage'],
    ['USER 65532:65532', 'USER root', 'USER is not a number above 0'],
    ['USER 65532:65532', 'USER 0', 'USER is not a number above 0'],
    ['CMD ["node", "dist/src/main.js"]', 'CMD node dist/src/main.js', 'CMD is not in exec form'],
    ['CMD ["node", "healthcheck.mjs"]', 'CMD curl localhost', 'HEALTHCHECK is not node in exec form'],
    ['STOPSIGNAL SIGTERM', 'STOPSIGNAL SIGKILL', 'STOPSIGNAL is not SIGTERM'],
    ['PORT=3000', 'HTTP_PORT=3000', 'ENV HTTP_PORT is no setting of the service'],
    ['EXPOSE 3000', 'RUN true', 'the default runtime has no shell: nothing can RUN in it'],
  ])('would not be without fault with %s made %s', (right, wrong, complaint) => {
    const broken = dockerfile.replace('${NODE_VERSION}', '22.23.3').replace(right, wrong);
    expect(broken).toContain(wrong);
    expect(complaintsAbout(broken)).toContain(complaint);
  });

  it('starts what npm start starts, on a Node that package.json allows, on every address', () => {
    const command = JSON.parse(valuesOf(runtime, 'CMD').at(-1)!) as string[];
    expect(manifest.scripts.start).toBe(`exec ${command.join(' ')}`);
    const [, version] = /^ARG NODE_VERSION=(\d+\.\d+\.\d+)$/m.exec(dockerfile) ?? [];
    const least = /^>=(.*)$/.exec(manifest.engines.node)?.[1];
    expect(version!.localeCompare(least!, 'en', { numeric: true })).toBeGreaterThanOrEqual(0);
    expect(valuesOf(runtime, 'EXPOSE')).toEqual([environment.get('PORT')]);
    expect(environment.get('HOST')).toBe('0.0.0.0');
    expect(environment.get('NODE_ENV')).toBe('production');
  });

  it('keeps the repository, its tests, secrets and data out of the build', () => {
    for (const path of [
      '.git',
      '.data',
      'node_modules',
      'dist',
      'test',
      'docker/.env',
      'docker/tls',
      'src/kernel/page.spec.ts',
    ])
      expect([path, isInContext(path)]).toEqual([path, false]);
    for (const path of ['src/main.ts', 'migrations/index.ts', 'docker/healthcheck.mjs'])
      expect(isInContext(path)).toBe(true);
  });
});

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly security_opt?: string[];
  readonly environment?: Record<string, string>;
  readonly volumes?: string[];
  readonly healthcheck?: { test: string[] };
  readonly depends_on?: Record<string, { condition: string }>;
  readonly stop_grace_period?: string;
  readonly deploy: { replicas?: number; resources: { limits: Record<string, unknown> } };
}

const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

describe('docker/compose.yaml', () => {
  const source = text('docker/compose.yaml');
  const { services } = parse(source, { merge: true }) as {
    services: Record<'doorlist' | 'postgres' | 'ingress', Service>;
  };
  const example = new Map(
    [...text('docker/.env.example').matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

  it('gives the service settings that it knows and accepts', () => {
    const environment = services.doorlist.environment!;
    expect(SETTING_NAMES).toEqual(expect.arrayContaining(Object.keys(environment)));
    const filled = Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(VARIABLE, (_, variable: string, kind: string, rest: string) => {
        const written = example.get(variable)?.replace(/^'(.*)'$/, '$1') ?? '';
        return written !== '' ? written : kind === '-' ? rest : 'a'.repeat(64);
      }),
    ]);
    const config = loadConfig(Object.fromEntries(filled) as Record<string, string>);
    expect(config.databaseUrl).toBe(`postgresql://doorlist:${'a'.repeat(64)}@postgres:5432/doorlist`);
    expect(config.bootstrapClientId).toBe('platform');
  });

  it('has a default for each variable, or refuses to start with a line that says what to set', () => {
    const used = [...source.matchAll(VARIABLE)].map(([, name = '', kind = '', rest = '']) => ({ name, kind, rest }));
    for (const { name, kind, rest } of used) {
      expect([name, kind]).toEqual([name, expect.stringMatching(/^[-?]$/)]);
      if (kind === '?') expect(rest).toMatch(new RegExp(`^set ${name} in docker/\\.env\\b`));
    }
    expect([...new Set(used.map(({ name }) => name))].sort()).toEqual([...example.keys()].sort());
  });

  it('comes with an example that holds no secret', () => {
    const secrets = [...example].filter(([name]) => /SECRET|PASSWORD/.test(name));
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter(([, value]) => value !== '')).toEqual([]);
    expect(text('docker/.gitignore').split('\n')).toContain('.env');
  });

  it.each(Object.entries(services))('lets %s do no more than it must', (name, service) => {
    expect(service.image).toMatch(name === 'doorlist' ? /^doorlist:/ : /:(?!latest)[\w.-]*\d[\w.-]*$/);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    if (name !== 'doorlist') expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/); // the image names its own
    expect(Object.keys(service.deploy.resources.limits).sort()).toEqual(['cpus', 'memory', 'pids']);
    for (const volume of service.volumes ?? []) {
      const [path = '', , mode] = volume.split(':');
      if (path.startsWith('./')) expect([volume, isInRepository(`docker/${path}`), mode]).toEqual([volume, true, 'ro']);
    }
  });

  it('asks the ingress for its own health: it may stay while the service is away', () => {
    const { pathname } = new URL(services.ingress.healthcheck?.test.at(-1) ?? '');
    const [, own] = text('docker/nginx.conf').split(`location = ${pathname} {`);
    expect(own?.split('}', 1)[0]?.trim().split(/;\s*/)).toEqual(['access_log off', 'return 200', '']);
  });

  it('starts each service when the one before it is healthy, and stops it after it has stopped itself', () => {
    expect(services.ingress.depends_on).toEqual({ doorlist: { condition: 'service_healthy' } });
    expect(services.doorlist.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    for (const { healthcheck } of [services.ingress, services.postgres]) expect(healthcheck?.test[0]).toBe('CMD');
    expect(services.doorlist.deploy.replicas).toBeGreaterThan(1);
    const { DRAIN_SECONDS, SHUTDOWN_SECONDS } = services.doorlist.environment!;
    const longest = Number(DRAIN_SECONDS) + Number(SHUTDOWN_SECONDS) + 3;
    expect(Number.parseInt(services.doorlist.stop_grace_period!, 10)).toBeGreaterThan(longest);
  });
});

describe('docker/nginx.conf', () => {
  const conf = text('docker/nginx.conf').replace(/^\s*#.*$/gm, '');
  const { services } = parse(text('docker/compose.yaml'), { merge: true }) as { services: { doorlist: Service } };
  const environment = services.doorlist.environment!;
  const directive = (name: string): string[] =>
    [...conf.matchAll(new RegExp(`^\\s*${name}\\s+([^;]*);`, 'gm'))].map(([, value = '']) => value);

  it('is made of closed blocks and ended directives', () => {
    const bare = conf.replace(/'[^']*'|"[^"]*"/g, '');
    expect(bare.split('{').length).toBe(bare.split('}').length);
    const unended = bare.split('\n').filter((line) => line.trim() !== '' && !/[;{}]\s*(?:#.*)?$/.test(line));
    expect(unended.map((line) => line.trim())).toEqual(['log_format json escape=json']);
  });

  it('has the limits of the service', () => {
    expect(directive('client_max_body_size')).toEqual([environment.BODY_LIMIT_BYTES]);
    expect(Number(environment.BODY_LIMIT_BYTES)).toBe(SETTINGS.bodyLimitBytes.fallback);
    const patience = Number.parseInt(directive('proxy_read_timeout')[0]!, 10) * 1000;
    expect(patience).toBeGreaterThan(Number(environment.STATEMENT_TIMEOUT_MS));
  });

  it('finds every instance anew, keeps connections to them, and keeps no answers', () => {
    const port = /PORT=(\d+)/.exec(text('docker/Dockerfile'))![1]!;
    expect(conf).toMatch(
      new RegExp(`upstream doorlist \\{[^}]*\\bserver doorlist:${port} resolve\\b[^}]*\\bkeepalive \\d+;`),
    );
    expect(directive('proxy_pass')).toEqual(['http://doorlist']);
    expect(directive('proxy_http_version')).toEqual(['1.1']);
    expect(directive('proxy_cache')).toEqual(['off']);
    expect(conf).not.toMatch(/proxy_cache_path|proxy_store/);
  });

  it('tells the service who calls, and takes no word of the caller for it', () => {
    const headers = Object.fromEntries(directive('proxy_set_header').map((value) => value.split(' ', 2)));
    expect(headers).toEqual({
      Connection: '""',
      Host: '$http_host',
      'X-Request-Id': '$doorlist_request_id',
      'X-Forwarded-For': '$remote_addr',
      'X-Forwarded-Proto': '$scheme',
      'X-Forwarded-Host': '$http_host',
      'X-Real-IP': '$remote_addr',
      Forwarded: '""',
    });
  });

  it('takes the request ids that the service takes', () => {
    const pattern = /"~(\^[^"]+)" \$http_x_request_id;/.exec(conf)![1]!;
    expect(text('src/http/fastify-hooks.ts')).toContain(`/${pattern}/`);
  });

  it('writes only where the compose file lets it', () => {
    const places = [...directive('pid'), ...directive('\\w+_temp_path')];
    expect(places).toHaveLength(6);
    expect(places.filter((path) => !path.startsWith('/tmp/'))).toEqual([]);
  });

  /** The lines of a `map`: what it looks for, and what it answers. */
  const mapOf = (source: string, target: string): [string, string][] => {
    const block = conf.split(`map ${source} ${target} {`)[1]!.split(/^ {2}\}/m)[0]!;
    return [...block.matchAll(/^\s*("[^"]*"|\S+) (?:'([^']*)'|(\S+));$/gm)].map(([, key = '', quoted, bare = '']) => [
      key.replaceAll('"', ''),
      quoted ?? bare,
    ]);
  };
  const chosen = (map: readonly [string, string][], value: string): string =>
    map.find(([key]) => key === value || (key.startsWith('~') && new RegExp(key.slice(1)).test(value)))?.[1] ??
    map.find(([key]) => key === 'default')![1];

  it('refuses in the words of the service, and of each of its surfaces', async () => {
    const saysOf = (path: string, status: string): unknown => {
      const words = ['$problem_code', '$problem_id', '$problem_kind', '$problem'] as const;
      let body = chosen(mapOf('$sent_path/', '$problem_body'), `${path}/`);
      for (const word of words) body = body.replaceAll(word, chosen(mapOf('$status', word), status));
      return JSON.parse(body.replaceAll('$status', status).replaceAll('$doorlist_request_id', 'r.1'));
    };
    const token = await tokenOf(workerState().url, PLATFORM_CLIENT.id, PLATFORM_CLIENT.secret);
    const headers = { authorization: `Bearer ${token}`, 'x-request-id': 'r.1' };
    for (const path of ['/api/v1/tenants', '/v1/applications', '/roles', '/v1.0/entitlements']) {
      const large = await sendTooLarge(workerState().url, path, headers);
      if (path === '/api/v1/tenants' || path === '/v1.0/entitlements') {
        expect([path, large?.status, JSON.parse(large?.text ?? '')]).toEqual([path, 413, saysOf(path, '413')]);
      }
      const unknown = await fetch(`${workerState().url}${path}/no/where`, { headers });
      expect([path, unknown.status, await unknown.json()]).toEqual([path, 404, saysOf(`${path}/no/where`, '404')]);
    }
    expect(saysOf('/roles/x/assignments', '502')).toEqual({
      detail: ['RuntimeError', 'The service does not answer at the moment; try again.'],
    });
    const answered = directive('error_page')[0]!.split(' ').slice(0, -1);
    const named = mapOf('$status', '$problem')
      .map(([status]) => status)
      .filter((status) => status !== 'default');
    expect(answered).toEqual(expect.arrayContaining(named));
  });
});
