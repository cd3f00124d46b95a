import { Deployment } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes/object.ts';
import type { PatchOperation } from '../../domain/kubernetes/patch.ts';
import { unchanged } from '../../domain/kubernetes/pod-template.ts';
import { deploymentSpec, deploymentStatus, podLabels } from '../../domain/kubernetes/workload.ts';
import { imageOf, setImage } from '../../domain/rollout/container-image.ts';
import { type Colour, colouredName } from '../../domain/rollout/layout.ts';
import type { ColourPair } from '../../domain/traffic/switchers/switcher.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { freshLock } from '../fresh-lock.ts';
import { remove } from '../remove.ts';
import { mark } from '../unheard.ts';
import { wrote } from '../writing.ts';
import type { Session } from './session.ts';

export const deploymentOf = ({ namespace, pair }: Pick<Session, 'namespace' | 'pair'>, colour: Colour): ObjectRef => ({
  kind: Deployment,
  namespace,
  name: colouredName(pair.service, colour),
});

/** Image and size of a colour, in one write. Does nothing where both are so. */
export async function setColour(
  session: Session,
  colour: Colour,
  wanted: { readonly image?: string; readonly replicas?: number },
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const ref = deploymentOf(session, colour);
  for (;;) {
    const found = await present(session, colour, signal);
    const image = wanted.image === undefined || imageOf(found, session.container) === wanted.image ? undefined : wanted.image;
    const replicas = wanted.replicas === undefined || deploymentSpec(found).replicas === wanted.replicas ? undefined : wanted.replicas;
    if (image === undefined && replicas === undefined) return found;
    const operations: readonly PatchOperation[] = [
      ...(image === undefined ? unchanged(found) : setImage(found, session.container, image)),
      ...(replicas === undefined ? [] : [{ op: 'add', path: '/spec/replicas', value: replicas } as const]),
    ];
    await freshLock(session);
    const stored = await unlessConflict(session.world, signal, () => session.world.cluster.write({ do: 'patch', ref, operations }, signal));
    if (stored === undefined) continue;
    const told = [...(image === undefined ? [] : [`image ${image}`]), ...(replicas === undefined ? [] : [`${replicas} replicas`])];
    wrote(session, `Deployment ${ref.name}: ${told.join(', ')}`);
    return stored;
  }
}

/**
 * The new colour becomes what it was. Where it is that already, what a dead run had sent, and an API server takes its time over, may still be stored:
 * it is refused when its object has got a new version by then.
 */
export async function restColour(session: Session, signal: AbortSignal): Promise<void> {
  const { world, to, before, previousImage } = session;
  const writes = session.writes.length;
  const object = await setColour(session, to, before, signal);
  // Whoever goes on for a dead run has not looked at its images.
  if (previousImage !== undefined || session.writes.length > writes) return;
  const marked = await annotate(session, object, { ...object.metadata.annotations, [mark]: world.clock.now().toISOString() }, signal);
  if (marked !== undefined) await annotate(session, marked, object.metadata.annotations ?? {}, signal);
  // It may have arrived a moment before.
  await setColour(session, to, before, signal);
}

/** `undefined`: somebody wrote it since, so that it has a new version anyway. */
const annotate = (session: Session, found: KubernetesObject, value: Readonly<Record<string, string>>, signal: AbortSignal) =>
  unlessConflict(session.world, signal, async () => {
    const operations: readonly PatchOperation[] = [...unchanged(found), { op: 'add', path: '/metadata/annotations', value }];
    await freshLock(session);
    return await session.world.cluster.write({ do: 'patch', ref: deploymentOf(session, session.to), operations }, signal);
  });

/** Deletes exactly what was read: what somebody makes under its name meanwhile stays. `kept`: why it is not deleted after all. */
export async function removeColour(
  session: Session,
  colour: Colour,
  signal: AbortSignal,
  kept: (found: KubernetesObject) => string | undefined,
): Promise<void> {
  const ref = deploymentOf(session, colour);
  const found = await session.world.cluster.get(ref, signal);
  if (found === undefined) return;
  const why = kept(found);
  if (why !== undefined) throw new Failure('CLUSTER_CONFLICT', why, 'It was not deleted: see whether it is still needed.');
  await freshLock(session);
  if (await remove(session.world, ref, { uid: found.metadata.uid, signal })) wrote(session, `Deployment ${ref.name}: removed`);
}

export async function present(session: Session, colour: Colour, signal?: AbortSignal): Promise<KubernetesObject> {
  const ref = deploymentOf(session, colour);
  const found = await session.world.cluster.get(ref, signal);
  if (found !== undefined) return found;
  throw new Failure('CLUSTER_NOT_FOUND', `Deployment ${ref.namespace}/${ref.name} is gone.`, 'See who deleted it.');
}

export const readyPods = (deployment: KubernetesObject): number => deploymentStatus(deployment).readyReplicas ?? 0;

/** What a switcher has to know, of a run whose preflight nobody has any more. */
export async function pairNow(world: World, plan: Session['plan'], namespace: string): Promise<ColourPair> {
  const [blue, green] = await Promise.all(
    (['blue', 'green'] as const).map(async (colour) => {
      const object = await world.cluster.get({ kind: Deployment, namespace, name: colouredName(plan.service, colour) });
      return object === undefined ? {} : podLabels(object);
    }),
  );
  return { service: plan.service, namespace, route: plan.route, pods: { blue: blue ?? {}, green: green ?? {} } };
}

/** `undefined`: somebody wrote it since it was read. */
async function unlessConflict<T>(world: World, signal: AbortSignal, write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
    await world.clock.sleep(0.2, signal);
    return undefined;
  }
}
