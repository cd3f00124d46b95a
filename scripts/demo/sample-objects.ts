import type { Connection } from '../../src/adapters/cluster/connection.ts';
import { Failure } from '../../src/failure.ts';
import { manifests } from '../../test/rollout/example-service.ts';

export interface SampleObjects {
  readonly namespace: string;
  readonly host: string;
  /** `namespace/name` */
  readonly gateway: string;
  readonly image: string;
}

const collections: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  Service: '/api/v1/namespaces/{namespace}/services',
  Deployment: '/apis/apps/v1/namespaces/{namespace}/deployments',
  HTTPRoute: '/apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/httproutes',
};

/** The sample as in examples/service, in a namespace of its own. */
export async function applySample(connection: Connection, sample: SampleObjects): Promise<void> {
  const { namespace, image } = sample;
  await apply(connection, namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const object of await manifests(image)) await apply(connection, namespace, adapted(object, sample));
}

function adapted(object: Record<string, unknown>, { host, gateway }: SampleObjects): Record<string, unknown> {
  if (object['kind'] !== 'HTTPRoute') return object;
  const [namespace, name] = gateway.split('/');
  return { ...object, spec: { ...(object['spec'] as object), hostnames: [host], parentRefs: [{ namespace, name }] } };
}

async function apply(connection: Connection, namespace: string, object: Record<string, unknown>): Promise<void> {
  const kind = String(object['kind']);
  const { name } = object['metadata'] as { name: string };
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`The manifests of the sample hold a ${kind}, which the demo does not know.`);
  await connection.json({
    purpose: `apply ${kind} ${name}`,
    method: 'PATCH',
    path: `${collection.replace('{namespace}', namespace)}/${name}`,
    query: { fieldManager: 'wf-deploy-demo', force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(object),
  });
}

export async function deleteNamespace(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.json({ purpose: `delete the namespace ${namespace}`, method: 'DELETE', path: `/api/v1/namespaces/${namespace}` });
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_NOT_FOUND')) throw error;
  }
}
