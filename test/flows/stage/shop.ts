import { parseStrict } from '../../../src/adapters/yaml/strict.ts';
import { ConfigMap, Deployment, Pod, ReplicaSet } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { parseStageInputs } from '../../../src/flows/stage/inputs.ts';
import type { StagePlan, UpdatePlan } from '../../../src/flows/stage/plan.ts';
import type { Files } from '../../../src/ports/files.ts';
import { putNeighbours } from '../neighbours.ts';
import { rawInputs } from '../raw-inputs.ts';
import { type Settings, type Stage, stage } from '../stand-ins.ts';

export const old = `agent@sha256:${'1'.repeat(64)}`;
export const next = `agent@sha256:${'2'.repeat(64)}`;
export const sick = `agent@sha256:${'3'.repeat(64)}`;

export const stagePlan = (inputs: Readonly<Record<string, string>>): StagePlan =>
  parseStageInputs(rawInputs({ service: 'agent', ...inputs })).plan;
export const deployPlan = (inputs: Readonly<Record<string, string>> = { images: `api: ${next}` }): UpdatePlan =>
  stagePlan(inputs) as UpdatePlan;

/** A cluster with one Deployment, and a controller that replaces its pods at once: those of `sick` crash. */
export function shop(settings: Settings & { readonly config?: string } = {}, shared?: Pick<Stage, 'clock' | 'cluster'>): Stage {
  const made = stage(settings, shared);
  const on = settings.config === undefined ? made : { ...made, world: { ...made.world, files: oneFile(settings.config) } };
  if (shared !== undefined) return on;
  const { cluster } = on;
  cluster.reacting = (object) => {
    if (object.kind === 'Deployment') control(on, object);
  };
  cluster.put(ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'agent-config', namespace: 'shop' },
    data: { MODE: 'old' },
  });
  control(
    on,
    cluster.put(Deployment, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'agent', namespace: 'shop', uid: 'agent-uid' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'agent' } },
        template: {
          metadata: { labels: { app: 'agent' } },
          spec: {
            containers: [
              { name: 'api', image: old, ports: [{ containerPort: 8080 }], envFrom: [{ configMapRef: { name: 'agent-config' } }] },
            ],
          },
        },
      },
    }),
  );
  putNeighbours(cluster);
  return on;
}

/** A workspace with the file `config.yaml`. Its clock stands still while real files are read. */
function oneFile(text: string): Files {
  const parsed = parseStrict(text);
  return {
    find: (pattern) => Promise.resolve(pattern === 'config.yaml' ? [pattern] : []),
    text: () => Promise.resolve(text),
    documents: () => Promise.resolve('values' in parsed ? parsed.values : []),
  };
}

let revision = 0;

/** What the Deployment controller and the kubelet do. */
function control({ cluster }: Stage, deployment: KubernetesObject): void {
  const template = templateOf(deployment);
  const text = JSON.stringify(template);
  const known = cluster.objectsOf(ReplicaSet).find((each) => each['template-text'] === text);
  const { generation = 0 } = deployment.metadata;
  revision += 1;
  const name = known?.metadata.name ?? `agent-${revision}`;
  const labels = { app: 'agent', 'pod-template-hash': name };
  cluster.put(ReplicaSet, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      labels: { app: 'agent' },
      annotations: { ...deployment.metadata.annotations, 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent', uid: 'agent-uid', controller: true }],
    },
    spec: { template: { ...template, metadata: { ...template.metadata, labels } } },
    'template-text': text,
  });
  for (const pod of cluster.objectsOf(Pod)) cluster.remove(Pod, pod.metadata.name);
  const ill = Object.values(imagesOf(template)).includes(sick);
  for (const index of [0, 1]) cluster.put(Pod, podOf(`${name}-${index}`, labels, deployment, ill));
  const counts = ill
    ? { updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }
    : { updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
  cluster.put(Deployment, { ...deployment, status: { observedGeneration: generation, replicas: 2, ...counts } });
}

/** Ready, or in a crash loop. */
export const podOf = (name: string, labels: object, deployment: KubernetesObject, ill: boolean): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: labels as Record<string, string> },
  spec: templateOf(deployment).spec,
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ill ? 'False' : 'True' }],
    containerStatuses: [
      ill
        ? {
            name: 'api',
            ready: false,
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1 } },
          }
        : { name: 'api', ready: true, restartCount: 0, state: { running: {} } },
    ],
  },
});

export const imageNow = ({ cluster }: Stage): string | undefined => {
  const deployment = cluster.find(Deployment, 'agent');
  return deployment === undefined ? undefined : imagesOf(templateOf(deployment))['api'];
};
export const modeNow = ({ cluster }: Stage): unknown =>
  (cluster.find(ConfigMap, 'agent-config')?.['data'] as { MODE?: unknown } | undefined)?.MODE;

/** A run that ends without notice once it has written the Deployment. */
export async function killed(on: Stage, inputs: Readonly<Record<string, string>>): Promise<void> {
  let dead = false;
  const never = <T>() => new Promise<T>(() => undefined);
  const { cluster } = on;
  const dying = {
    get: (...call: Parameters<typeof cluster.get>) => (dead ? never<undefined>() : cluster.get(...call)),
    list: (...call: Parameters<typeof cluster.list>) => (dead ? never<readonly never[]>() : cluster.list(...call)),
    watch: (...call: Parameters<typeof cluster.watch>) => cluster.watch(...call),
    version: (...call: Parameters<typeof cluster.version>) => cluster.version(...call),
    write: async (...call: Parameters<typeof cluster.write>) => {
      if (dead) return await never<never>();
      const [write] = call;
      const stored = await cluster.write(...call);
      if (write.dryRun !== true && write.do === 'replace' && write.ref.kind.kind === 'Deployment') {
        dead = true;
        return await never<never>();
      }
      return stored;
    },
  };
  void executeStage(deployPlan(inputs), { ...on.world, cluster: dying });
  await on.clock.pass(20);
  if (!dead) throw new Error('It was not killed.');
}
