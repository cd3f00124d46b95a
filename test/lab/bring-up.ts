import { until } from './await.ts';
import { LabClient } from './client.ts';
import { createCredentials } from './credentials.ts';
import { discoverTargets } from './discovery.ts';
import { buildGo } from './go.ts';
import { buildAndPush } from './image.ts';
import { readDefinitions } from './manifests.ts';
import { alertmanager } from './parts/alertmanager.ts';
import { buildkitd } from './parts/buildkitd.ts';
import { apiServer, controllerManager, etcd, scheduler } from './parts/control-plane.ts';
import { gatewayObjects, traefik } from './parts/gateway.ts';
import { containerd, kubelet, kubeProxy, nodeName, pauseImage } from './parts/node.ts';
import type { LabPlan } from './parts/plan.ts';
import { prometheus, prometheusObjects } from './parts/prometheus.ts';
import { registry } from './parts/registry.ts';
import { type LabSettings, labFiles } from './settings.ts';
import type { Part, Supervisor } from './supervisor.ts';
import { builtTools } from './tools.ts';

interface Conditions {
  conditions?: { type: string; status: string }[];
}

/** Starts every part as soon as what it needs is there; ends when pods can run, routes are served and metrics are kept. */
export async function bringUp(settings: LabSettings, supervisor: Supervisor, log: (line: string) => void): Promise<void> {
  const built = builtTools();
  const credentials = await createCredentials(settings);
  const plan: LabPlan = { settings, credentials, files: labFiles(settings.directory), tool: (name) => built[name] ?? name };
  const launch = async (part: Part | Promise<Part>) => {
    const { name } = await part;
    await supervisor.launch(await part);
    log(`${name} is ready`);
  };

  const registryWithPause = launch(registry(plan)).then(() => pushPause(settings));
  const containers = launch(containerd(plan));
  const images = settings.buildkit ? launch(buildkitd(plan)) : undefined;
  const metrics = launch(prometheus(plan));
  supervisor.offer(await alertmanager(plan));
  const cluster = startControlPlane(plan, launch);
  const client = cluster.then(() => new LabClient(credentials.kubeconfigOf.admin));
  const routing = client.then(async (api) => {
    await applyDefinitions(api);
    log('Gateway API, Istio and KEDA are defined');
    await Promise.all([launch(traefik(plan)), api.apply(gatewayObjects)]);
    await gatewayProgrammed(api);
    log('the gateway is programmed');
  });
  const node = Promise.all([client, containers]).then(async ([api]) => {
    await Promise.all([launch(kubelet(plan)), launch(kubeProxy(plan))]);
    await Promise.all([nodeReady(api), defaultServiceAccount(api)]);
    log('the node is ready');
  });
  const metricsService = Promise.all([client, node, registryWithPause]).then(async ([api]) => {
    await api.apply(prometheusObjects(pauseImage(plan)));
    await prometheusReachable(api);
    log('the cluster has a Service for Prometheus');
  });
  const controllers = client.then(() => Promise.all([launch(controllerManager(plan)), launch(scheduler(plan))]));
  await Promise.all([registryWithPause, images, metrics, routing, metricsService, controllers]);
  void discoverTargets(plan.files.targets, credentials, log);
}

async function startControlPlane(plan: LabPlan, launch: (part: Part | Promise<Part>) => Promise<void>): Promise<void> {
  await launch(etcd(plan));
  await launch(apiServer(plan));
}

async function pushPause({ forwards }: LabSettings): Promise<void> {
  const pause = await buildGo(`${import.meta.dirname}/pause`);
  const files = [{ path: '/pause', mode: 0o755, from: pause }];
  await buildAndPush(`127.0.0.1:${forwards.registry}`, 'pause', 'lab', { files, entrypoint: ['/pause'] });
}

async function applyDefinitions(api: LabClient): Promise<void> {
  const definitions = await readDefinitions();
  await Promise.all(definitions.map((definition) => api.apply(definition)));
  await until('acceptance of the definitions', async () => {
    const known = await api.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    return known.length >= definitions.length && known.every(({ status }) => holds(status, 'Established'));
  });
}

async function gatewayProgrammed(api: LabClient): Promise<void> {
  const name = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', namespace: 'gateway', name: 'default' };
  await until('programming of the gateway', async () => {
    const { status } = await api.get(name);
    return holds(status, 'Accepted') && holds(status, 'Programmed');
  });
}

async function nodeReady(api: LabClient): Promise<void> {
  await until('readiness of the node', async () => {
    const { status, spec } = await api.get({ apiVersion: 'v1', kind: 'Node', name: nodeName });
    return holds(status, 'Ready') && !spec?.taints?.length;
  });
}

/** Without it the API server refuses pods. */
async function defaultServiceAccount(api: LabClient): Promise<void> {
  await until('the default service account', () =>
    api.find({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'default' }),
  );
}

async function prometheusReachable(api: LabClient): Promise<void> {
  const proxied = '/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/-/ready';
  await until('Prometheus behind its Service', async () => (await api.objects.request('GET', proxied)) !== '');
}

function holds(status: Conditions | undefined, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}
