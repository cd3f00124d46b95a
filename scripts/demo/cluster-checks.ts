import type { Connection } from '../../src/adapters/cluster/connection.ts';
import { Failure } from '../../src/failure.ts';
import { findGo } from '../../test/lab/go.ts';
import type { OwnCluster } from './arguments.ts';

/** What the demo needs of a cluster of the user's and did not find. */
export interface Missing {
  readonly what: string;
  readonly remedy: string;
}

/** Everything that is missing, at once. Nothing is written. */
export async function whatIsMissing(connection: Connection, cluster: OwnCluster, namespace: string): Promise<readonly Missing[]> {
  const unreachable = await apiServer(connection);
  if (unreachable !== undefined) return [unreachable];
  const found = await Promise.all([
    gatewayApi(connection, cluster.gateway),
    freeNamespace(connection, namespace),
    gatewayAddress(cluster.gatewayUrl),
    prometheus(cluster.prometheusUrl),
    registry(cluster.registry),
    go(),
  ]);
  return found.filter((each) => each !== undefined);
}

async function apiServer(connection: Connection): Promise<Missing | undefined> {
  try {
    await connection.json({ purpose: 'read the version', path: '/version' });
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return { what: error.what, remedy: error.remedy };
    throw error;
  }
}

/** The object, or `undefined` when it or its kind is not there. */
async function find(connection: Connection, purpose: string, path: string): Promise<unknown> {
  try {
    return await connection.json({ purpose, path });
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_NOT_FOUND') return undefined;
    throw error;
  }
}

const group = '/apis/gateway.networking.k8s.io/v1';

async function gatewayApi(connection: Connection, gateway: string): Promise<Missing | undefined> {
  if ((await find(connection, 'look for Gateway API', group)) === undefined)
    return {
      what: 'The cluster has no Gateway API (gateway.networking.k8s.io/v1).',
      remedy: 'Install its definitions and a controller, such as Traefik or Envoy Gateway.',
    };
  const [space = '', name = ''] = gateway.split('/').map(encodeURIComponent);
  const object = await find(connection, `read Gateway ${gateway}`, `${group}/namespaces/${space}/gateways/${name}`);
  if (object === undefined)
    return { what: `There is no Gateway ${gateway}.`, remedy: 'Create it, or name yours by `--gateway NAMESPACE/NAME`.' };
  if (isProgrammed(object)) return undefined;
  return { what: `Gateway ${gateway} is not Programmed.`, remedy: 'See its conditions: its controller has to run.' };
}

function isProgrammed(object: unknown): boolean {
  const conditions = (object as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Programmed' && status === 'True');
}

async function freeNamespace(connection: Connection, namespace: string): Promise<Missing | undefined> {
  if ((await find(connection, `look for the namespace ${namespace}`, `/api/v1/namespaces/${namespace}`)) === undefined) return undefined;
  return {
    what: `The namespace ${namespace} is there already.`,
    remedy: `When it is of an earlier demo, delete it: kubectl delete namespace ${namespace}`,
  };
}

async function gatewayAddress(url: string | undefined): Promise<Missing | undefined> {
  const remedy =
    'Make the Gateway reachable on this machine (a mapped port, or kubectl port-forward) and name that by `--gateway-url http://127.0.0.1:PORT`.';
  if (url === undefined) return { what: "The Gateway's address is not known.", remedy };
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(new URL(url).hostname))
    return { what: `${url} is not this machine: the demo sends its load nowhere else.`, remedy };
  // Any answer will do: the sample's route is not there yet.
  return (await answers(url)) === undefined ? { what: `Nothing answers at ${url}.`, remedy } : undefined;
}

async function prometheus(url: string | undefined): Promise<Missing | undefined> {
  const remedy = 'Run one that scrapes pods with the annotation prometheus.io/scrape, and name it by `--prometheus-url URL`.';
  if (url === undefined) return { what: 'Prometheus is not known.', remedy };
  const status = await answers(`${url.replace(/\/$/, '')}/api/v1/query?query=up`);
  return status === 200 ? undefined : { what: `${url} does not answer as Prometheus does (${status ?? 'no answer'}).`, remedy };
}

async function registry(address: string | undefined): Promise<Missing | undefined> {
  const remedy =
    'Run one that this machine and the nodes reach by the same name (kind documents a local registry at localhost:5001), and name it by `--registry HOST:PORT`.';
  if (address === undefined) return { what: 'An image registry is not known.', remedy };
  const status = await answers(`http://${address}/v2/`);
  return status === 200
    ? undefined
    : { what: `${address} does not answer as a registry without login does (${status ?? 'no answer'}).`, remedy };
}

async function go(): Promise<Missing | undefined> {
  return (await findGo()) === undefined
    ? { what: 'The sample is a Go program, and Go 1.25 or newer is not there.', remedy: 'Install Go.' }
    : undefined;
}

/** The status, or `undefined` without an answer. */
async function answers(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'manual' });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return undefined;
    throw error;
  }
}
