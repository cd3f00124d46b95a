import { systemClock } from './adapters/clock/system.ts';
import { kubernetesConnection } from './adapters/cluster/connection.ts';
import { loadKubeconfig } from './adapters/cluster/kubeconfig.ts';
import { kubernetesCluster } from './adapters/cluster/kubernetes.ts';
import { builtGuardianKit } from './adapters/guardian-kit/built.ts';
import { prometheusAtUrl, prometheusInCluster } from './adapters/metrics/prometheus.ts';
import { notifiersFor } from './adapters/notifier/index.ts';
import { kubernetesPods } from './adapters/pods/kubernetes.ts';
import { httpProbe } from './adapters/probe/http.ts';
import { childProcesses } from './adapters/process/child.ts';
import { ociRegistry } from './adapters/registry/oci.ts';
import { forGuardian, secretsOf as secretsOfDestination } from './domain/alert/destination.ts';
import { Failure } from './failure.ts';
import type { Connections, PrometheusConnection } from './flows/flow.ts';
import type { Cancellation } from './ports/cancellation.ts';
import type { Handover } from './ports/handover.ts';
import type { Log } from './ports/log.ts';
import type { Metrics } from './ports/metrics.ts';
import type { RunIdentity, World } from './ports/world.ts';

/** What only the front door knows. */
export interface Surroundings {
  readonly run: RunIdentity;
  readonly log: Log;
  readonly cancellation: Cancellation;
  readonly handover: Handover;
  /** Keeps a secret out of everything that is shown from now on. */
  readonly mask: (secret: string) => void;
  /** Where to find a kubeconfig when the input is empty. */
  readonly kubeconfigPath: string;
  /** Text of a docker config.json, empty when there is none. */
  readonly dockerConfig: string;
  /** What other programs may see: no input and no token of this run. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
}

/** The one place where ports meet their adapters. Throws KUBECONFIG_INVALID or INPUT_INVALID; asks nobody anything yet. */
export function buildWorld(connections: Connections, around: Surroundings): World & { close(): void } {
  const { log, mask } = around;
  const kubeconfig = loadKubeconfig({
    text: connections.kubeconfig.text,
    path: around.kubeconfigPath,
    context: connections.kubeconfig.context,
  });
  for (const secret of [...kubeconfig.secrets, ...secretsOf(connections)]) mask(secret);
  const notifiers = notifiersFor(connections.notify, { forge: forgeOf(around.environment) });
  const connection = kubernetesConnection({
    kubeconfig,
    version: around.version,
    onSecret: mask,
    onRequest: (method, path, status) => log.debug(`${method} ${path} ${status ?? 'no answer'}`),
  });
  return {
    run: around.run,
    clock: systemClock(),
    log,
    cancellation: around.cancellation,
    handover: around.handover,
    cluster: kubernetesCluster(connection),
    pods: kubernetesPods(connection),
    metrics: metricsOf(connections.prometheus, connection, log),
    registry: ociRegistry({ dockerConfig: around.dockerConfig }),
    probe: httpProbe(),
    process: childProcesses({ line: (text) => log.line(`    ${text}`), environment: around.environment }),
    guardianKit: builtGuardianKit(forGuardian(connections.notify)),
    notifiers,
    defaultNamespace: kubeconfig.config.getContextObject(kubeconfig.context)?.namespace ?? 'default',
    close: () => connection.close(),
  };
}

function metricsOf(prometheus: PrometheusConnection | undefined, connection: ReturnType<typeof kubernetesConnection>, log: Log): Metrics {
  const onWarning = (text: string): void => log.debug(`Prometheus: ${text}`);
  if (prometheus === undefined)
    throw new Failure('INPUT_INVALID', 'No Prometheus is given.', 'Give `prometheus-url` or `prometheus-service`.');
  if (prometheus.by === 'service')
    return prometheusInCluster(connection, { namespace: prometheus.namespace, service: prometheus.name, port: prometheus.port, onWarning });
  const { url, token, ca, headers } = prometheus;
  return prometheusAtUrl({ url, headers, onWarning, ...(token === undefined ? {} : { token }), ...(ca === undefined ? {} : { ca }) });
}

function secretsOf({ prometheus, notify }: Connections): readonly string[] {
  const url = prometheus?.by === 'url' ? [prometheus.token, ...Object.values(prometheus.headers), ...passwordOf(prometheus.url)] : [];
  return [...url, ...notify.flatMap(secretsOfDestination)].filter((secret): secret is string => secret !== undefined && secret !== '');
}

/** As GitHub tells it to each step. */
const forgeOf = ({ GITHUB_API_URL: api = 'https://api.github.com', GITHUB_REPOSITORY: repository }: Surroundings['environment']) => ({
  api,
  repository,
});

const passwordOf = (url: string): readonly string[] => {
  const { password } = new URL(url);
  return password === '' ? [] : [password, decodeURIComponent(password)];
};
