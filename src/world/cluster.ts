import { kubernetesConnection } from '../adapters/cluster/connection.ts';
import { kubernetesDiscovery } from '../adapters/cluster/discovery.ts';
import { loadKubeconfig } from '../adapters/cluster/kubeconfig.ts';
import { kubernetesCluster } from '../adapters/cluster/kubernetes.ts';
import { builtGuardianKit } from '../adapters/guardian-kit/built.ts';
import { prometheusAtUrl, prometheusInCluster } from '../adapters/metrics/prometheus.ts';
import { notifiersFor } from '../adapters/notifier/index.ts';
import { kubernetesPods } from '../adapters/pods/kubernetes.ts';
import { httpProbe } from '../adapters/probe/http.ts';
import { ociRegistry } from '../adapters/registry/oci.ts';
import { forGuardian, secretsOf as secretsOfDestination } from '../domain/alert/destination.ts';
import { percentDecoded } from '../domain/units/percent-encoding.ts';
import { Failure } from '../failure.ts';
import type { Connections, PrometheusConnection } from '../flows/flow.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { World } from '../ports/worlds/cluster.ts';
import { forgeFor } from './forge.ts';
import { forgePlace } from './forge-place.ts';
import type { Surroundings } from './surroundings.ts';
import { tellRequests } from './tell-requests.ts';
import { buildWorkspace } from './workspace.ts';

/** The ports of a flow that works on a cluster. Throws KUBECONFIG_INVALID or INPUT_INVALID; asks nobody anything yet. */
export function openWorld(connections: Connections, around: Surroundings): World & { readonly server: string; close(): void } {
  const { log, mask } = around;
  const kubeconfig = loadKubeconfig({
    text: connections.kubeconfig.text,
    path: around.kubeconfigPath,
    context: connections.kubeconfig.context,
  });
  for (const secret of [...kubeconfig.secrets, ...secretsOf(connections)]) mask(secret);
  const notifiers = notifiersFor(connections.notify, { forge: forgePlace(around.environment) });
  const connection = kubernetesConnection({
    kubeconfig,
    version: around.version,
    onSecret: mask,
    onRequest: tellRequests(log),
  });
  return {
    ...buildWorkspace(around),
    cluster: kubernetesCluster(connection),
    discovery: kubernetesDiscovery(connection),
    pods: kubernetesPods(connection),
    metrics: metricsOf(connections.prometheus, connection, log),
    registry: ociRegistry({ dockerConfig: around.dockerConfig }),
    probe: httpProbe(),
    forge: forgeFor(connections.githubToken, around),
    guardianKit: builtGuardianKit(forGuardian(connections.notify)),
    notifiers,
    defaultNamespace: kubeconfig.config.getContextObject(kubeconfig.context)?.namespace ?? 'default',
    server: new URL(kubeconfig.config.getCurrentCluster()?.server ?? 'https://unknown').host,
    close: () => connection.close(),
  };
}

function metricsOf(prometheus: PrometheusConnection | undefined, connection: ReturnType<typeof kubernetesConnection>, log: Log): Metrics {
  const onWarning = (text: string): void => log.debug(`Prometheus: ${text}`);
  if (prometheus === undefined) return noMetrics;
  if (prometheus.by === 'service')
    return prometheusInCluster(connection, { namespace: prometheus.namespace, service: prometheus.name, port: prometheus.port, onWarning });
  const { url, token, ca, headers } = prometheus;
  return prometheusAtUrl({ url, headers, onWarning, ...(token === undefined ? {} : { token }), ...(ca === undefined ? {} : { ca }) });
}

/** Only for flows that measure nothing: those that do refuse their inputs first. */
const noMetrics: Metrics = {
  query: () =>
    Promise.reject(new Failure('METRICS_UNREACHABLE', 'No Prometheus is given.', 'Give `prometheus-url` or `prometheus-service`.')),
};

function secretsOf({ prometheus, notify, githubToken }: Connections): readonly string[] {
  const url = prometheus?.by === 'url' ? [prometheus.token, ...Object.values(prometheus.headers), ...passwordOf(prometheus.url)] : [];
  return [githubToken, ...url, ...notify.flatMap(secretsOfDestination)].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  );
}

const passwordOf = (url: string): readonly string[] => {
  const { password } = new URL(url);
  return password === '' ? [] : [password, percentDecoded(password) ?? password];
};
