import { readFileSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/config/config.js';
import { SETTINGS } from '../../src/config/settings.js';
import type { KubernetesKinds } from '../support/kubernetes-kinds.js';

/** What can be told of docker/kubernetes without a cluster. */

const FOLDER = new URL('../../docker/kubernetes/', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, FOLDER), 'utf8');
const FILES = readdirSync(FOLDER).filter((name) => name !== 'kustomization.yaml');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { name: string; namespace?: string };
}

const documents = FILES.flatMap((file) =>
  parseAllDocuments(text(file)).map((document) => {
    expect(document.errors).toEqual([]);
    return { file, manifest: document.toJS() as Manifest };
  }),
);

/** The one manifest of a kind, with this name. */
function the<Kind extends keyof KubernetesKinds>(kind: Kind, name = 'doorlist'): KubernetesKinds[Kind] {
  const found = documents.filter(
    ({ manifest }) => `${manifest.apiVersion} ${manifest.kind}` === kind && manifest.metadata.name === name,
  );
  expect([kind, name, found.length]).toEqual([kind, name, 1]);
  return found[0]!.manifest as KubernetesKinds[Kind];
}

const MANIFESTS = fileURLToPath(new URL('../support/manifests.ts', import.meta.url));
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
};

/** What TypeScript says of manifests as literals of Kubernetes' types: members that are unknown, missing or of another type. */
function complaintsAbout(manifests: readonly object[]): string[] {
  const lines = manifests.map((each, index) => {
    const { apiVersion, kind } = each as Manifest;
    return `export const m${index}: KubernetesKinds['${apiVersion} ${kind}'] = ${JSON.stringify(each)};`;
  });
  const source = ["import type { KubernetesKinds } from './kubernetes-kinds.js';", ...lines].join('\n');
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === MANIFESTS || fileExists.call(host, path);
  host.getSourceFile = (path, ...rest) =>
    path === MANIFESTS
      ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2023)
      : getSourceFile.call(host, path, ...rest);
  host.getCurrentDirectory = () => dirname(MANIFESTS);
  const program = ts.createProgram([MANIFESTS], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** A manifest with one member set, by its path. */
function withMember(manifest: object, path: string, value: unknown): object {
  const copy = structuredClone(manifest);
  const steps = path.split('.');
  const last = steps.pop()!;
  let at = copy as Record<string, unknown>;
  for (const step of steps) at = at[step] as Record<string, unknown>;
  at[last] = value;
  return copy;
}

const deployment = the('apps/v1 Deployment');
const job = the('batch/v1 Job', 'doorlist-migration');
const configuration = the('v1 ConfigMap').data!;
const pods = [deployment.spec!.template.spec!, job.spec!.template.spec!];
const labels = deployment.spec!.template.metadata!.labels!;

describe("Kubernetes' own types", () => {
  it('fit every manifest, and nothing that is only nearly one', () => {
    const mistakes: [object, string][] = [
      [withMember(deployment, 'spec.strategyy', {}), 'strategyy'],
      [withMember(deployment, 'spec.template.spec.containers.0.livenessProbe.httpGet.port', null), 'null'],
      [withMember(deployment, 'spec.template.spec.containers.0.resources.limit', {}), 'limit'],
      [withMember(deployment, 'apiVersion', 'v1'), 'v1 Deployment'],
      [withMember(job, 'spec.template.spec.securityContext.runAsNonRoot', 'yes'), 'string'],
    ];
    const all = documents.map(({ manifest }) => manifest);
    const complaints = complaintsAbout([...all, ...mistakes.map(([manifest]) => manifest)]);
    // As many as there are mistakes, each about its own: the manifests themselves have none.
    expect(complaints).toEqual(mistakes.map(([, word]) => expect.stringContaining(word)));
  }, 60_000);
});

describe('the manifests', () => {
  it('are all in the list, but for the Job, each in the namespace and of one name', () => {
    const { resources, namespace } = parse(text('kustomization.yaml')) as { resources: string[]; namespace: string };
    expect([...resources, 'migration-job.yaml'].sort()).toEqual([...FILES].sort());
    for (const { manifest } of documents) {
      const { kind, metadata } = manifest;
      expect([kind, metadata.namespace]).toEqual([kind, kind === 'Namespace' ? undefined : namespace]);
    }
    const ids = documents.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.startsWith('Secret'))).toEqual([]);
  });

  it('give the service settings that it knows and accepts, and name the secrets that it needs', () => {
    const secrets = [...text('configuration.yaml').matchAll(/\b(?:DATABASE_URL|BOOTSTRAP_\w+)\b/g)].map(
      ([name]) => name,
    );
    expect(secrets).toEqual(['DATABASE_URL', 'BOOTSTRAP_CLIENT_ID', 'BOOTSTRAP_CLIENT_SECRET']);
    const known = Object.values(SETTINGS).map(({ variable }) => variable);
    expect(known).toEqual(expect.arrayContaining([...Object.keys(configuration), ...secrets]));
    const config = loadConfig({
      ...configuration,
      DATABASE_URL: 'postgresql://doorlist:secret@db.example.com:5432/doorlist',
      BOOTSTRAP_CLIENT_ID: 'platform',
      BOOTSTRAP_CLIENT_SECRET: 'a'.repeat(64),
    });
    expect(config.publicUrl).toBe(configuration.PUBLIC_URL);
    for (const { containers } of pods) {
      expect(containers[0]!.envFrom).toEqual([
        { configMapRef: { name: 'doorlist' } },
        { secretRef: { name: 'doorlist' } },
      ]);
    }
  });

  it('let a pod do no more than it must: what the profile "restricted" asks for, and a file system that is read-only', () => {
    expect(the('v1 Namespace').metadata!.labels!['pod-security.kubernetes.io/enforce']).toBe('restricted');
    const user = /^USER (\d+):(\d+)$/m
      .exec(readFileSync(new URL('../Dockerfile', FOLDER), 'utf8'))!
      .slice(1)
      .map(Number);
    for (const pod of pods) {
      expect(pod.securityContext).toEqual({
        runAsNonRoot: true,
        runAsUser: user[0],
        runAsGroup: user[1],
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect([pod.automountServiceAccountToken, pod.enableServiceLinks, pod.serviceAccountName]).toEqual([
        false,
        false,
        'doorlist',
      ]);
      expect(pod).not.toMatchObject({ hostNetwork: expect.anything() });
      expect(pod.containers).toHaveLength(1);
      const [container] = pod.containers;
      expect(container!.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container!.image).toBe(pods[0]!.containers[0]!.image);
      expect(container!.image).toMatch(/:\d+\.\d+\.\d+$/);
      expect(Object.keys(container!.resources!.requests!)).toEqual(['cpu', 'memory']);
      expect(container!.resources!.limits).toEqual({ memory: '512Mi' });
    }
    expect(job.spec!.template.spec!.containers[0]!.command).toEqual(['node', 'dist/src/cli.js', 'migrate']);
  });
});

describe('the pods of the service', () => {
  const [container] = pods[0]!.containers;

  it('are asked on routes that there are, and stop themselves before they are stopped', () => {
    const { startupProbe, livenessProbe, readinessProbe, lifecycle, ports } = container!;
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe!.httpGet)).toEqual([
      { path: '/health/live', port: 'http' },
      { path: '/health/live', port: 'http' },
      { path: '/health/ready', port: 'http' },
    ]);
    expect(ports).toEqual([{ name: 'http', containerPort: SETTINGS.port.fallback }]);
    const wait = lifecycle!.preStop!.sleep!.seconds;
    const grace = pods[0]!.terminationGracePeriodSeconds!;
    expect(grace).toBeGreaterThan(wait + Number(configuration.SHUTDOWN_SECONDS));
  });

  it('are found by everything that is for them', () => {
    expect(deployment.spec!.selector.matchLabels).toEqual(labels);
    expect(the('v1 Service').spec!.selector).toEqual(labels);
    expect(the('policy/v1 PodDisruptionBudget').spec!.selector!.matchLabels).toEqual(labels);
    expect(the('networking.k8s.io/v1 NetworkPolicy').spec!.podSelector.matchLabels).toEqual(labels);
    const outwards = the('networking.k8s.io/v1 NetworkPolicy', 'doorlist-outwards').spec!;
    for (const each of [labels, job.spec!.template.metadata!.labels!])
      expect(each).toMatchObject(outwards.podSelector.matchLabels!);
    // A migration must never get callers.
    expect(job.spec!.template.metadata!.labels).not.toMatchObject(labels);
    const { scaleTargetRef } = the('autoscaling/v2 HorizontalPodAutoscaler').spec!;
    expect(scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.metadata!.name });
    expect(the('v1 Service').spec!.ports).toEqual([{ name: 'http', port: 80, targetPort: 'http' }]);
    const [rule] = the('networking.k8s.io/v1 Ingress').spec!.rules!;
    expect(rule!.http!.paths[0]!.backend.service).toEqual({ name: 'doorlist', port: { name: 'http' } });
  });

  it('are two at least, one at a time is taken away, and an update takes none before there is another', () => {
    const { minReplicas, maxReplicas } = the('autoscaling/v2 HorizontalPodAutoscaler').spec!;
    expect(minReplicas).toBeGreaterThanOrEqual(2);
    expect(the('policy/v1 PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 });
    expect(deployment.spec!.strategy!.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(deployment.spec!.replicas).toBeUndefined();
    const { DATABASE_POOL_SIZE: pool, DATABASE_PIPELINES: pipelines, IMPORTS_AT_ONCE: imports } = configuration;
    const connections = Number(pool) + 2 * Number(pipelines) + Number(imports);
    expect(text('configuration.yaml')).toContain(`opens up to ${connections} connections`);
    expect(connections * (maxReplicas + 1)).toBeLessThanOrEqual(180);
  });

  it('are reached through an ingress of the host that tokens name, with the limits of the service', () => {
    const ingress = the('networking.k8s.io/v1 Ingress');
    const { host } = new URL(configuration.PUBLIC_URL!);
    expect([ingress.spec!.tls![0]!.hosts, ingress.spec!.rules![0]!.host]).toEqual([[host], host]);
    const annotations = ingress.metadata!.annotations!;
    const annotation = (name: string): string | undefined => annotations[`nginx.ingress.kubernetes.io/${name}`];
    expect(annotation('proxy-body-size')).toBe(configuration.BODY_LIMIT_BYTES);
    expect(Number(annotation('proxy-read-timeout')) * 1000).toBeGreaterThan(Number(configuration.STATEMENT_TIMEOUT_MS));
    expect(annotation('proxy-next-upstream')).not.toContain('non_idempotent');
  });

  it('hear nobody and reach nobody but for what is named', () => {
    expect(the('networking.k8s.io/v1 NetworkPolicy', 'nothing').spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const inwards = the('networking.k8s.io/v1 NetworkPolicy').spec!;
    expect(inwards.ingress).toHaveLength(1);
    expect(inwards.ingress![0]!.from).toHaveLength(1);
    expect(inwards.ingress![0]!.ports).toEqual([{ protocol: 'TCP', port: SETTINGS.port.fallback }]);
    const { egress } = the('networking.k8s.io/v1 NetworkPolicy', 'doorlist-outwards').spec!;
    expect(egress!.map(({ ports }) => ports!.map(({ port }) => port))).toEqual([[53, 53], [5432], [443]]);
    expect(egress!.every(({ to }) => to!.length > 0)).toBe(true);
  });
});
