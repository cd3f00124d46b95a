import { readFile } from 'node:fs/promises';
import { type ActionOptions, type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import type { Lab } from '../lab/lab.ts';
import type { LoadStream } from '../lab/load.ts';
import { ask, type ExampleService, manifests, pushVersion } from '../rollout/example-service.ts';
import { colouredRoutes, type SwitcherName } from './coloured-route.ts';

export type Inputs = Readonly<Record<string, string>>;

/** Seconds. What is waited for here is never what a test is about. */
const patience = 180;

/** The example service as blue-green has it: users on blue, green with the same image and no pods. */
export async function deployPair(
  lab: Lab,
  namespace: string,
  { replicas = 2, switcher = 'gateway-api' }: { readonly replicas?: number; readonly switcher?: SwitcherName } = {},
): Promise<ExampleService> {
  const host = `${namespace}.example.test`;
  const version = async (tag: string, settings: Inputs = {}): Promise<string> => (await pushVersion(lab.registry, tag, settings)).reference;
  const image = await version('v1');
  await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const colour of ['blue', 'green'] as const) {
    for (const object of await manifests(image)) {
      if (object['kind'] !== 'Deployment' && (object['metadata'] as { name: string }).name !== 'agent') continue;
      if (object['kind'] === 'HTTPRoute') continue;
      const coloured = JSON.parse(JSON.stringify(object).replaceAll('"version":"stable"', `"version":"${colour}"`)) as Record<
        string,
        unknown
      >;
      coloured['metadata'] = { ...(coloured['metadata'] as object), name: `agent-${colour}`, namespace };
      if (object['kind'] === 'Deployment') (coloured['spec'] as Record<string, unknown>)['replicas'] = colour === 'blue' ? replicas : 0;
      await lab.client.apply(coloured);
    }
  }
  const route = colouredRoutes[switcher];
  await lab.client.apply([...route.objects(namespace, host)]);
  await lab.client.waitForRollout(namespace, 'agent-blue', patience);
  if (switcher === 'gateway-api' || switcher === 'service') await lab.client.waitForRoute(namespace, 'agent', patience);
  const isServed = async (): Promise<boolean> => (await ask(lab, host))?.status === 200;
  if (route.served) await lab.client.waitFor(`${host} to be served`, isServed, patience);
  const kubeconfig = await readFile(lab.kubeconfig, 'utf8');
  const inputs = { service: 'agent', namespace, kubeconfig, switcher };
  return { lab, namespace, host, image, version, inputs, load: (rate) => loadOn(lab, host, rate) };
}

/** With seconds in the place of minutes. The drain is longer than the gateway may take to learn of a write, on a slow machine too. */
export const quick = { 'check-interval': '200ms', watch: '6s', interval: '1s', drain: '10s', 'rollout-timeout': '180s' };

export function startSwitch(app: ExampleService, inputs: Inputs, options: Partial<ActionOptions> = {}): RunningAction {
  return startAction({ action: 'blue-green', ...options, inputs: { ...app.inputs, ...quick, ...inputs } });
}

export const runSwitch = (app: ExampleService, inputs: Inputs, options: Partial<ActionOptions> = {}): Promise<ActionResult> =>
  startSwitch(app, inputs, options).result;

/** `agent-blue; blue 2 × v1, green 0 × v1`, by the tags of the images. */
export async function standing({ lab, namespace, inputs }: ExampleService, tags: Readonly<Record<string, string>>): Promise<string> {
  const of = async (colour: string): Promise<string> => {
    const { spec } = await lab.client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: `agent-${colour}` });
    const image = spec.template.spec.containers[0].image as string;
    return `${colour} ${spec.replicas} × ${tags[image] ?? image.split('/').at(-1)?.slice(0, 40)}`;
  };
  const live = await colouredRoutes[(inputs['switcher'] ?? 'gateway-api') as SwitcherName].live(lab.client, namespace);
  return `${live}; ${await of('blue')}, ${await of('green')}`;
}

function loadOn(lab: Lab, host: string, rate: number): LoadStream[] {
  const headers = { host };
  return [
    { url: `${lab.gatewayUrl}/`, rate: Math.ceil(rate / 2), connections: 4, headers },
    { url: `${lab.gatewayUrl}/`, rate: Math.floor(rate / 2), connections: 4, headers, reconnect: true },
    { url: `${lab.gatewayUrl}/?sleep=2s`, rate: 2, connections: 6, headers },
  ];
}
