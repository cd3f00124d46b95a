import { type ActionResult, startAction } from '../actions/runner.ts';
import type { ExampleService } from './example-service.ts';
import type { Inputs } from './rollouts.ts';

/** What every operation needs to find the service: it measures nothing. */
const ofPlace = ['service', 'namespace', 'kubeconfig', 'guardian'] as const;
const ofMeasuring = ['prometheus-url', 'metrics', 'latency-p99'] as const;

/** An operation by a process of its own, as a step of another workflow runs it. */
export function runOperation(app: ExampleService, operation: string, inputs: Inputs = {}): Promise<ActionResult> {
  const names: readonly string[] = operation === 'promote' ? [...ofPlace, ...ofMeasuring] : ofPlace;
  const given = Object.fromEntries(names.map((name) => [name, app.inputs[name] ?? '']));
  return startAction({ action: 'canary', inputs: { ...given, operation, ...inputs }, env: { GITHUB_ACTOR: 'tester' } }).result;
}

/** How the service stands, from the output, with what a person reads. */
export async function statusOf(app: ExampleService): Promise<{ readonly status: unknown; readonly log: string }> {
  const { outputs, log, exitCode } = await runOperation(app, 'status');
  if (exitCode !== 0) throw new Error(log);
  return { status: JSON.parse(outputs['status'] ?? 'null'), log };
}

const kinds = [
  ['v1', 'Pod'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'ReplicaSet'],
  ['batch/v1', 'Job'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ['v1', 'Service'],
] as const;

/** Every object of the namespace that has a label or an annotation of ours. */
export async function oursIn({ lab, namespace }: ExampleService): Promise<readonly string[]> {
  const lists = await Promise.all(kinds.map(([apiVersion, kind]) => lab.client.list({ apiVersion, kind, namespace })));
  return lists.flat().flatMap(({ kind, metadata }) => {
    const names = [...Object.keys(metadata?.labels ?? {}), ...Object.keys(metadata?.annotations ?? {}), metadata?.name ?? ''];
    return names.some((name) => name.includes('wf-deploy')) ? [`${kind} ${metadata?.name}`] : [];
  });
}
