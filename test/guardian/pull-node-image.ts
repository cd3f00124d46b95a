import type { Lab } from '../lab/lab.ts';
import { nodeImage } from './guarded.ts';

/**
 * Has the node pull the image of guardians, before any run waits for one: a first pull and its unpacking take as long as the machine wants,
 * and a run gives its guardian a minute in all.
 */
export async function pullNodeImage(lab: Lab): Promise<void> {
  const { pinned } = await nodeImage(lab);
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'pulls-node-image' };
  const { namespace, name, ...kind } = pod;
  const containers = [{ name: 'node', image: pinned, command: ['node', '--version'] }];
  const object = { ...kind, metadata: { namespace, name }, spec: { restartPolicy: 'Never', enableServiceLinks: false, containers } };
  // A new cluster takes no pod before its namespace has an account.
  await lab.client.waitFor(`Pod ${name}`, () => lab.client.apply(object), 120);
  const ended = async (): Promise<boolean> => (await lab.client.get(pod))['status']?.phase === 'Succeeded';
  await lab.client.waitFor('the image of guardians on the node', ended, 300);
}
