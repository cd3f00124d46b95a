import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type ActionOptions, type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import { type AuditEntry, auditEntries } from '../lab/audit.ts';
import { buildGo } from '../lab/go.ts';
import { buildAndPush, type PushedImage } from '../lab/image.ts';
import type { Lab } from '../lab/lab.ts';
import { pushVersion } from '../rollout/example-service.ts';

/** By what the reports of these tests call them. */
export type Version = 'one' | 'two' | 'three' | 'ill';
export type Versions = Readonly<Record<Version | 'dump', PushedImage>>;

/** Versions of one program, of which the last crashes as it starts, and the program that makes the backup. */
export async function pushVersions({ registry }: Lab): Promise<Versions> {
  const healthy = (tag: string) => pushVersion(registry, tag, { DRAIN: '0s' });
  const [one, two, three, ill, dump] = await Promise.all([
    healthy('one'),
    healthy('two'),
    healthy('three'),
    pushVersion(registry, 'ill', { READY_AFTER: 'never' }),
    buildAndPush(registry, 'shop/dump', 'v1', {
      files: [{ path: '/dump', from: await buildGo(join(import.meta.dirname, 'dump')), mode: 0o755 }],
      entrypoint: ['/dump'],
    }),
  ]);
  return { one, two, three, ill, dump };
}

/** A place that a release goes to: a namespace, behind a kubeconfig of its own. */
export interface Shop {
  readonly lab: Lab;
  readonly namespace: string;
  readonly services: readonly string[];
  readonly versions: Versions;
  readonly kubeconfig: string;
}

/** Makes it, with every service at version one, and waits until they serve. */
export async function makeShop(lab: Lab, namespace: string, services: readonly string[], versions: Versions): Promise<Shop> {
  const { client } = lab;
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await client.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'region' }, data: {} });
  await client.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 'database' },
    stringData: { DATA: 'x'.repeat(4711) },
  });
  for (const name of services) await client.apply(deploymentOf(namespace, name, versions.one.pinned));
  await Promise.all(services.map((name) => client.waitForRollout(namespace, name, 180)));
  return { lab, namespace, services, versions, kubeconfig: await kubeconfigOf(lab, namespace) };
}

async function kubeconfigOf(lab: Lab, namespace: string): Promise<string> {
  const kubeconfig = parse(await readFile(lab.kubeconfig, 'utf8')) as { contexts: { context: { namespace?: string } }[] };
  for (const { context } of kubeconfig.contexts) context.namespace = namespace;
  return stringify(kubeconfig);
}

const deploymentOf = (namespace: string, name: string, image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace, name, labels: { app: name } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name,
            image,
            ports: [{ name: 'http', containerPort: 8080 }],
            envFrom: [{ configMapRef: { name: 'region' } }],
            readinessProbe: { httpGet: { path: '/health/ready', port: 'http' }, periodSeconds: 1 },
            resources: { requests: { cpu: '5m', memory: '16Mi' } },
          },
        ],
      },
    },
  },
});

export interface Wish {
  readonly at: Version;
  /** Services at another version than the rest. */
  readonly but?: Readonly<Record<string, Version>>;
  /** `needs` by service. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly backup?: Readonly<Record<string, unknown>>;
  readonly health?: string | false;
  /** Smoke checks of a service by itself. */
  readonly smoke?: Readonly<Record<string, readonly unknown[]>>;
}

/** A release as its YAML. */
export function releaseOf({ services, versions }: Pick<Shop, 'services' | 'versions'>, wish: Wish): string {
  const { at, but = {}, needs = {}, more = {}, backup = { skip: 'nothing is stored' }, health = '/health', smoke = {} } = wish;
  return stringify({
    name: 'platform',
    backup,
    'left-alone': [],
    ...more,
    services: services.map((name) => ({
      name,
      health,
      needs: needs[name] ?? [],
      images: { [name]: versions[but[name] ?? at].pinned },
      ...(smoke[name] === undefined ? {} : { smoke: smoke[name] }),
    })),
  });
}

export type Inputs = Readonly<Record<string, string>>;

export function startRelease(shop: Shop, release: string, inputs: Inputs = {}, options: Partial<ActionOptions> = {}): RunningAction {
  const given = {
    release,
    namespace: shop.namespace,
    kubeconfig: shop.kubeconfig,
    'rollout-timeout': '180s',
    'lease-duration': '5s',
    'unchecked-images': 'refuse',
  };
  return startAction({ action: 'deploy', ...options, inputs: { ...given, ...inputs } });
}

export const release = (shop: Shop, text: string, inputs: Inputs = {}, options: Partial<ActionOptions> = {}): Promise<ActionResult> =>
  startRelease(shop, text, inputs, options).result;

/** Which version each service is told to run. */
export async function running({ lab, namespace, services, versions }: Shop): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    services.map(async (name) => {
      const { spec } = await lab.client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
      return [name, versionOf(versions, spec.template.spec.containers[0].image)] as const;
    }),
  );
  return Object.fromEntries(found);
}

const versionOf = (versions: Versions, image: string): string =>
  Object.entries(versions).find(([, { pinned }]) => pinned === image)?.[0] ?? image;

export const allAt = ({ services }: Shop, version: Version): Readonly<Record<string, string>> =>
  Object.fromEntries(services.map((name) => [name, version]));

/** What a run may leave behind in no place: a lock that is held, or what was remembered for a way back. */
export async function leftBehind({ lab, namespace }: Shop): Promise<readonly string[]> {
  const [leases, secrets] = await Promise.all([
    lab.client.list({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace }),
    lab.client.list({ apiVersion: 'v1', kind: 'Secret', namespace }),
  ]);
  return [
    ...leases.filter(({ spec }) => (spec.holderIdentity ?? '') !== '').map(({ metadata }) => `${metadata?.name} is held`),
    ...secrets.flatMap(({ metadata }) => (metadata?.name?.startsWith('wf-deploy-') === true ? [metadata.name] : [])),
  ];
}

/** What runs wrote in a place since then, by the API server's audit log: a phrase each, in order. Renewals of locks are left out. */
export async function story({ lab, namespace, versions }: Shop, since: Date): Promise<readonly string[]> {
  const entries = await auditEntries(lab, { userAgent: /^wf-deploy\//, since });
  return entries
    .filter((entry) => entry.namespace === namespace && entry.code < 300 && !entry.dryRun)
    .flatMap((entry) => phrase(entry, versions));
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of every kind, as they were sent.
type Body = any;

function phrase({ verb, resource, name, requestObject }: AuditEntry, versions: Versions): readonly string[] {
  if (!['create', 'update', 'patch', 'delete'].includes(verb) || resource.startsWith('selfsubject')) return [];
  // A port-forward is a `create` of a subresource.
  if (resource === 'pods') return [];
  const body = requestObject as Body;
  const service = (name ?? body?.metadata?.name ?? '').replace(/^wf-deploy-/, '').replace(/-undo$/, '');
  switch (resource) {
    case 'leases': {
      if (!Array.isArray(body)) return [`${service} locked`];
      return body.some(({ path, value }: Body) => path === '/spec/holderIdentity' && value === '') ? [`${service} unlocked`] : [];
    }
    case 'secrets':
      return [`${service}: way back ${verb === 'delete' ? 'forgotten' : 'kept'}`];
    case 'deployments':
      return [`${service} gets ${versionOf(versions, body.spec.template.spec.containers[0].image)}`];
    case 'configmaps':
      return [`ConfigMap ${service} says ${body.data?.MODE}`];
    case 'jobs':
      return [`backup ${verb === 'create' ? 'begun' : `${verb}d`}`];
    default:
      return [`${verb} ${resource}`];
  }
}
