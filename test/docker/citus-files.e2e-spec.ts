import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What can be told of docker/compose.citus.yaml without a Docker engine. */

const DOCKER = new URL('../../docker/', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, DOCKER), 'utf8');

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly security_opt?: string[];
  readonly environment?: Record<string, string>;
  readonly volumes?: string[];
  readonly networks?: string[] | Record<string, null | { aliases: string[] }>;
  readonly entrypoint?: string[];
  readonly depends_on?: Record<string, { condition: string }>;
}

interface Compose {
  readonly services: Record<string, Service>;
  readonly networks: Record<string, { internal?: boolean; ipam: { config: { subnet: string }[] } }>;
  readonly volumes: Record<string, unknown>;
}

/** Compose's own tag for what replaces instead of being added to. */
const OVERRIDE = { tag: '!override', collection: 'seq', resolve: (sequence: unknown) => sequence } as const;
const read = (path: string): Compose => parse(text(path), { merge: true, customTags: [OVERRIDE] }) as Compose;

const cluster = read('compose.citus.yaml');
const NODES = ['postgres', 'worker-1', 'worker-2'];

describe('docker/compose.citus.yaml', () => {
  it('has three nodes that are alike, each with a volume of its own, that do no more than they must', () => {
    expect(Object.keys(cluster.services)).toEqual([...NODES, 'cluster', 'doorlist']);
    const volumes = NODES.map((name) => {
      const {
        image,
        user,
        read_only,
        cap_drop,
        security_opt,
        volumes: [data = '', ...files] = [],
      } = cluster.services[name]!;
      expect(image).toMatch(/^citusdata\/citus:\d+\.\d+\.\d+$/);
      expect({ user, read_only, cap_drop, security_opt }).toEqual({
        user: '999:999',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      for (const file of files) {
        const [path = '', , mode] = file.split(':');
        expect([path, existsSync(new URL(path, DOCKER)), mode]).toEqual([path, true, 'ro']);
      }
      const [volume = '', target] = data.split(':');
      expect(target).toBe('/var/lib/postgresql/data');
      return volume;
    });
    expect(volumes).toEqual(Object.keys(cluster.volumes));
  });

  it('lets nodes trust each other through a network that nobody else is in', () => {
    const { internal, ipam } = cluster.networks.nodes!;
    expect(internal).toBe(true);
    expect(text('citus-node.sh')).toContain(`host all all ${ipam.config[0]!.subnet} trust`);
    const inIt = Object.entries(cluster.services).filter(([, { networks }]) =>
      Array.isArray(networks) ? networks.includes('nodes') : Object.hasOwn(networks ?? {}, 'nodes'),
    );
    expect(inIt.map(([name]) => name)).toEqual([...NODES, 'cluster']);
    expect(cluster.services.postgres!.networks).toEqual({ back: null, nodes: { aliases: ['coordinator'] } });
  });

  it('tells the coordinator of every node before the service starts, and makes the role that the service logs in as', () => {
    const named = [...text('citus-cluster.sql').matchAll(/^SELECT (citus_\w+)\('([\w-]+)', 5432\);$/gm)];
    expect(named.map(([, call, name]) => [call, name])).toEqual([
      ['citus_set_coordinator_host', 'coordinator'],
      ['citus_add_node', 'worker-1'],
      ['citus_add_node', 'worker-2'],
    ]);
    const { cluster: once, doorlist } = cluster.services;
    expect(Object.keys(once!.depends_on!)).toEqual(NODES);
    expect(once!.entrypoint).toEqual(expect.arrayContaining(['psql', '--set=ON_ERROR_STOP=1', '--file=/cluster.sql']));
    expect(doorlist!.depends_on).toEqual({ cluster: { condition: 'service_completed_successfully' } });
    const plain = text('postgres-init.sql').replace(/^--.*\n/gm, '');
    expect(text('citus-node.sql')).toContain(plain);
    expect(text('citus-node.sql').trimEnd().split('\n').slice(-2)).toEqual([
      '\\connect doorlist',
      'CREATE EXTENSION citus;',
    ]);
  });

  it('asks for the same secrets as compose.yaml', () => {
    const asked = (path: string): Set<string> =>
      new Set([...text(path).matchAll(/\$\{\w+:\?[^}]*\}/g)].map(([variable]) => variable));
    expect([...asked('compose.yaml')]).toEqual(expect.arrayContaining([...asked('compose.citus.yaml')]));
  });
});
