import { type ActionOptions, type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import type { ExampleService } from '../rollout/example-service.ts';

export type Inputs = Readonly<Record<string, string>>;

/** The example service's inputs that mean something to stage. */
export function startStage(app: ExampleService, inputs: Inputs, options: Partial<ActionOptions> = {}): RunningAction {
  const { service = '', namespace = '', kubeconfig = '' } = app.inputs;
  return startAction({ action: 'stage', ...options, inputs: { service, namespace, kubeconfig, 'rollout-timeout': '180s', ...inputs } });
}

export const runStage = (app: ExampleService, inputs: Inputs, options: Partial<ActionOptions> = {}): Promise<ActionResult> =>
  startStage(app, inputs, options).result;
