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
