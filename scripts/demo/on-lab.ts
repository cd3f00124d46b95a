import { findLab, type Lab, startLab } from '../../test/lab/lab.ts';
import { pushNode } from '../../test/lab/node-image.ts';
import { deployExample } from '../../test/rollout/example-service.ts';
import { DemoFailure } from './failure.ts';
import type { Stage } from './play.ts';

/** A kept lab is found by this name; one that goes with the demo has the process in its name, so that several do not meet. */
export const labName = (keep: boolean): string => (keep ? 'demo' : `demo-${process.pid}`);

const namespace = 'shop';

/** The lab of that name is this process' own, at least from when it begins to start. */
let ours = false;

/** Starts a lab, detached when it is to be kept, and the sample at v1 on it. */
export async function stageOnLab(keep: boolean, log: (line: string) => void): Promise<{ readonly lab: Lab; readonly stage: Stage }> {
  const name = labName(keep);
  if ((await findLab(name)) !== undefined)
    throw new DemoFailure(`A lab named ${name} is running.`, `Stop it first: npm run lab -- stop --name ${name}`);
  ours = true;
  log('Starting a cluster: control plane, node, gateway, Prometheus, registry.');
  const lab = await startLab({ name, detached: keep, log: (line) => log(`    ${line}`) });
  log('Deploying the sample at v1.');
  const [{ version, inputs, host }, guardian] = await Promise.all([deployExample(lab, namespace), pushNode(lab.registry)]);
  const { service = '', kubeconfig = '', 'prometheus-url': prometheusUrl = '' } = inputs;
  const guarded = { guardian: 'true', 'guardian-image': guardian.pinned };
  const reach = { service, namespace, kubeconfig, 'prometheus-url': prometheusUrl, ...guarded };
  return { lab, stage: { version, inputs: reach, gatewayUrl: lab.gatewayUrl, host } };
}

/** Also when it is only being started; one of an earlier demo stays. */
export async function stopLab(keep: boolean): Promise<void> {
  if (ours) await (await findLab(labName(keep)))?.stop();
}

export const reachLab = (lab: Lab): string =>
  [
    'The lab stays up, with the sample in the namespace shop:',
    `    curl -i -H 'Host: ${namespace}.example.test' ${lab.gatewayUrl}/     (x-canary: true reaches the canary)`,
    `    eval "$(npm run --silent lab -- env --name ${lab.name})"       points kubectl at it`,
    `    npm run lab -- status --name ${lab.name}`,
    `    npm run lab -- stop --name ${lab.name}`,
  ].join('\n');
