import { type ActionOptions, type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import type { ExampleService } from '../rollout/example-service.ts';
import type { Inputs } from '../rollout/rollouts.ts';

/** The example service's inputs that mean something to rollback. */
export function startRollback(app: ExampleService, inputs: Inputs = {}, options: Partial<ActionOptions> = {}): RunningAction {
  const { service = '', namespace = '', kubeconfig = '' } = app.inputs;
  const given = {
    service,
    namespace,
    kubeconfig,
    environment: 'production',
    reason: 'checkout answers 500',
    drain: '2s',
    'rollout-timeout': '180s',
  };
  return startAction({ action: 'rollback', ...options, inputs: { ...given, ...inputs } });
}

export const runRollback = (app: ExampleService, inputs: Inputs = {}, options: Partial<ActionOptions> = {}): Promise<ActionResult> =>
  startRollback(app, inputs, options).result;
