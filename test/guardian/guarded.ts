import type { PushedImage } from '../lab/image.ts';
import type { Lab } from '../lab/lab.ts';
import { pushNode } from '../lab/node-image.ts';
import { deployExample, type ExampleOptions, type ExampleService } from '../rollout/example-service.ts';
import { type Inputs, leaseOf, routeOf, standing } from '../rollout/rollouts.ts';
import { canaryWeight } from '../rollout/story.ts';

/** A service whose rollouts have a guardian, with a Lease of five seconds. */
export async function deployGuarded(lab: Lab, namespace: string, change?: ExampleOptions['change']): Promise<ExampleService> {
  const options: ExampleOptions = { replicas: 2, ...(change === undefined ? {} : { change }) };
  const [app, { pinned }] = await Promise.all([deployExample(lab, namespace, options), nodeImage(lab)]);
  return { ...app, inputs: { ...app.inputs, ...guarded, 'guardian-image': pinned } };
}

export const guarded = { guardian: 'true', 'lease-duration': '5s' } as const;

/** Long enough for something to happen in the first stage. */
export const lingering: Inputs = { stages: '20@120s 50@120s', promote: 'false' };

const pushes = new Map<string, Promise<PushedImage>>();

export function nodeImage({ registry }: Lab): Promise<PushedImage> {
  const push = pushes.get(registry) ?? pushNode(registry);
  pushes.set(registry, push);
  return push;
}

type Place = Pick<ExampleService, 'lab' | 'namespace'>;

export const weightOf = async (place: Place): Promise<number> => canaryWeight(await routeOf(place));

export const untilWeight = (place: Place, weight: number, seconds = 60): Promise<unknown> =>
  place.lab.client.waitFor(`weight ${weight} in ${place.namespace}`, async () => (await weightOf(place)) === weight, seconds);

/** What the guardian last said in the Lease. */
export async function signOf(place: Place): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = (await leaseOf(place))?.metadata?.annotations?.['wf-deploy.io/guardian'];
  return text === undefined ? undefined : JSON.parse(text);
}

export async function recordOf(place: Place): Promise<{ readonly phase: string; readonly weight: number }> {
  return JSON.parse((await leaseOf(place))?.metadata?.annotations?.['wf-deploy.io/rollout'] ?? '{}');
}

/** Warnings of guardians, in this namespace. */
export async function guardianEvents({ lab, namespace }: Place) {
  const events = await lab.client.list({ apiVersion: 'v1', kind: 'Event', namespace });
  return events.filter((event) => event['source']?.component === 'wf-deploy-guardian');
}

/** Of everything that a guardian is made of. */
export const guardianKinds = [
  ['batch/v1', 'Job'],
  ['v1', 'ServiceAccount'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['v1', 'Pod'],
] as const;

/** What of a guardian is in the namespace, as `Kind name`. */
export async function guardianObjects({ lab, namespace }: Place): Promise<readonly string[]> {
  const found = await Promise.all(
    guardianKinds.map(([apiVersion, kind]) => lab.client.list({ apiVersion, kind, namespace }, 'wf-deploy.io/track=guardian')),
  );
  return guardianKinds.flatMap(([, kind], index) => (found[index] ?? []).map((object) => `${kind} ${object.metadata?.name}`));
}

export { standing };
