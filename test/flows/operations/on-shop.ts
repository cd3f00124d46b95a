import { Deployment, HTTPRoute, Lease, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import { type LeaseView, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { planRollout } from '../../../src/flows/canary/plan.ts';
import type { CanaryResult } from '../../../src/flows/canary/result.ts';
import { executeOperation } from '../../../src/flows/operations/execute.ts';
import { parseOperationInputs } from '../../../src/flows/operations/inputs.ts';
import type { OperationName, OperationPlan } from '../../../src/flows/operations/plan.ts';
import type { OperationResult, Told } from '../../../src/flows/operations/result.ts';
import { newImage, oldImage, planOf, type Shop } from '../canary/shop.ts';
import { rawInputs } from '../raw-inputs.ts';
import { type Settings, stage } from '../stand-ins.ts';

export const operationPlan = (operation: OperationName, more: Readonly<Record<string, string>> = {}): OperationPlan => {
  const needed: Readonly<Record<string, string>> = operation === 'promote' ? { 'prometheus-url': 'https://prometheus.example.com' } : {};
  const inputs = parseOperationInputs(
    operation,
    rawInputs({ service: 'agent', operation, guardian: 'false', drain: '10s', ...needed, ...more }),
  );
  return { operation, reason: inputs.reason, onlyThisRun: inputs.onlyThisRun, canary: planRollout(inputs.wishes) };
};

/** An operation by another process on the same cluster. It goes on with the clock of whoever waits. */
export function operate(
  on: Shop,
  operation: OperationName,
  more: Readonly<Record<string, string>> = {},
  settings: Pick<Settings, 'page'> = {},
): Promise<OperationResult> {
  const other = stage({ ...settings, holder: `${operation}-er`, query: on.world.metrics.query, resolve: on.world.registry.resolve }, on);
  return executeOperation(operationPlan(operation, more), other.world).finally(() => on.lines.push(...other.lines));
}

export async function toldBy(result: Promise<OperationResult>): Promise<Told> {
  const came = await result;
  if (came.is !== 'told') throw new Error(`It was a run: ${came.result.outcome}, ${came.result.reason}`);
  return came.told;
}

export async function runBy(result: Promise<OperationResult>): Promise<CanaryResult> {
  const came = await result;
  if (came.is !== 'run') throw new Error(`It was no run: ${came.told.outcome}, ${came.told.reason}`);
  return came.result;
}

/** A run that goes on while the test does something. */
export const running = (on: Shop, inputs: Readonly<Record<string, string>> = {}): Promise<CanaryResult> =>
  executeCanary(planOf({ stages: '25@5m 100@1m', 'no-data-timeout': '2m', ...inputs }), on.world);

export const leaseOf = ({ cluster }: Shop): LeaseView | undefined => {
  const object = cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object);
};

export const weightWritten = async (on: Shop, weight: number): Promise<void> => {
  for (let waited = 0; on.weights.at(-1) !== weight; waited += 1) {
    if (waited > 1000) throw new Error(`The weight ${weight} was never written: ${on.weights.join(' ')}`);
    await on.clock.sleep(1);
  }
};

export const present = ({ cluster }: Shop): readonly string[] =>
  [Deployment, HTTPRoute, Lease, Pod].flatMap((kind) => cluster.objectsOf(kind).map(({ metadata }) => `${kind.kind} ${metadata.name}`));

/** Carried out with the clock going on. */
export const tellBy = (on: Shop, operation: OperationName, more: Readonly<Record<string, string>> = {}): Promise<Told> =>
  on.clock.until(toldBy(operate(on, operation, more)));

/** What a run of the new image left behind: by its end, or by dying. */
export function left(on: Shop, phase: string, holder: string, run = 'page'): void {
  const weight = phase === 'resting' ? 0 : 25;
  const record = { phase, weight, container: 'app', image: newImage, previousImage: oldImage, run, since: 's', deadline: 3600 };
  on.cluster.put(Lease, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'wf-deploy-agent', annotations: { 'wf-deploy.io/epoch': '5', 'wf-deploy.io/rollout': JSON.stringify(record) } },
    spec: { holderIdentity: holder, leaseDurationSeconds: 60, renewTime: 't' },
  });
}
