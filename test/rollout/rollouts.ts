import { type ActionOptions, type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import { type LoadResult, startLoad } from '../lab/load.ts';
import type { ExampleService } from './example-service.ts';
import { canaryWeight } from './story.ts';

/**
 * A ladder of a few seconds a stage, for three pods. A busy machine takes many times as long as a quiet one to start pods and to scrape them: only
 * tests that are about these limits come to them, with shorter ones of their own.
 */
export const quick = {
  stages: '10@4s 50@4s 100@4s',
  interval: '2s',
  'min-requests': '20',
  drain: '2s',
  'no-data-timeout': '120s',
  'rollout-timeout': '180s',
} as const;

export type Inputs = Readonly<Record<string, string>>;

export function startCanary(app: ExampleService, image: string, inputs: Inputs = {}, options: Partial<ActionOptions> = {}): RunningAction {
  return startAction({ action: 'canary', ...options, inputs: { ...app.inputs, ...quick, image, ...inputs } });
}

export const runCanary = (
  app: ExampleService,
  image: string,
  inputs: Inputs = {},
  options: Partial<ActionOptions> = {},
): Promise<ActionResult> => startCanary(app, image, inputs, options).result;

/** Another action on the same service; `stages` is not among the inputs of all. */
export function runAs(action: string, app: ExampleService, inputs: Inputs): Promise<ActionResult> {
  const { stages: _, ...shared } = { ...app.inputs, ...quick };
  return startAction({ action, inputs: { ...shared, ...inputs } }).result;
}

/** Waits until a run has printed a line, and fails at once when it ends without. */
export async function printed(action: RunningAction, pattern: RegExp): Promise<void> {
  let ended: ActionResult | undefined;
  void action.result.then((result) => {
    ended = result;
  });
  while (!action.lines.some((line) => pattern.test(line))) {
    if (ended !== undefined) throw new Error(`The run ended without ${pattern}:\n${ended.log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs the work with steady load on the service around it; the work may ask what users have met so far. */
export async function underLoad<T>(
  app: ExampleService,
  rate: number,
  work: (soFar: () => LoadResult) => Promise<T>,
): Promise<T & { readonly load: LoadResult }> {
  const load = startLoad(app.load(rate));
  try {
    const result = await work(load.figures);
    return { ...result, load: await load.stop() };
  } catch (error) {
    await load.stop();
    throw error;
  }
}

const apps = 'apps/v1';

/** Where the cluster stands: what users get, and whether anyone holds the lock. */
export async function standing({ lab, namespace }: ExampleService) {
  const deployment = (name: string) => lab.client.find({ apiVersion: apps, kind: 'Deployment', namespace, name });
  const [route, stable, canary, lease] = await Promise.all([
    routeOf({ lab, namespace }),
    deployment('agent'),
    deployment('agent-canary'),
    leaseOf({ lab, namespace }),
  ]);
  return {
    weight: canaryWeight(route),
    stable: stable?.['spec'].template.spec.containers[0].image as string,
    canaryPods: canary?.['spec'].replicas as number | undefined,
    holder: (lease?.['spec'].holderIdentity ?? '') as string,
  };
}

export const routeOf = ({ lab, namespace }: Pick<ExampleService, 'lab' | 'namespace'>) =>
  lab.client.get({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace, name: 'agent' });

export const leaseOf = ({ lab, namespace }: Pick<ExampleService, 'lab' | 'namespace'>) =>
  lab.client.find({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'wf-deploy-agent' });
