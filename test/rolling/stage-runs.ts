import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ActionOptions, type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import type { ExampleService } from '../rollout/example-service.ts';

export type Inputs = Readonly<Record<string, string>>;

/** The example service's inputs that mean something to stage. */
export function startStage(app: ExampleService, inputs: Inputs, options: Partial<ActionOptions> = {}): RunningAction {
  const { service = '', namespace = '', kubeconfig = '' } = app.inputs;
  return startAction({ action: 'stage', ...options, inputs: { service, namespace, kubeconfig, 'rollout-timeout': '90s', ...inputs } });
}

export const runStage = (app: ExampleService, inputs: Inputs, options: Partial<ActionOptions> = {}): Promise<ActionResult> =>
  startStage(app, inputs, options).result;

/** A folder for a run, with these files in its workspace. */
export function workspaceWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-stage-'));
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder, 'workspace', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return folder;
}
