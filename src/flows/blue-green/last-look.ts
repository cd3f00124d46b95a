import { templateWriter } from '../../domain/kubernetes/managers.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import type { StepEvent } from '../../domain/rollout/step-event.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import { awaitColour } from './await-colour.ts';
import { deploymentOf, present, readyPods, setColour } from './colours.ts';
import type { Session } from './session.ts';

/** Seconds for pods that somebody has taken away since. An autoscaler may take them away again: then users come all the same. */
const patience = 60;

/**
 * What was seen of both colours before the checks and the hook may be long ago. A colour that somebody has given another image since keeps
 * it, and no user is moved; pods that are missing are waited for. A rollback only waits where there is no pod at all.
 */
export async function lastLook(session: Session, signal: AbortSignal): Promise<StepEvent> {
  const { world, operation, from, to } = session;
  const now = await present(session, to, signal);
  if (operation === 'deploy') {
    // One that is gone serves nobody: its users are the better for coming.
    const old = await world.cluster.get(deploymentOf(session, from), signal);
    if (old !== undefined) refuseForeign(session, from, old);
    refuseForeign(session, to, now);
    session.needed = Math.max(session.needed, old === undefined ? 0 : (deploymentSpec(old).replicas ?? 1));
  }
  const ready = readyPods(now);
  if (ready >= session.needed || (operation === 'rollback' && ready > 0)) return { on: 'done' };
  const isCut = (deploymentSpec(now).replicas ?? 1) < session.needed;
  if (isCut) await setColour(session, to, { replicas: session.needed }, signal);
  if (!isCut || ready === 0) return await awaitColour(session, to, session.image, signal);
  const event = await awaitColour(session, to, session.image, signal, patience);
  if (event.on !== 'failed' || event.cause.code !== 'ROLLOUT_TIMED_OUT') return event;
  const { name } = deploymentOf(session, to);
  world.log.line(`  Deployment ${name} does not keep ${session.needed} replicas: something else scales it.`);
  session.remarks.push(`Users came to ${name} while it had fewer than ${session.needed} ready pods: something else scales it.`);
  return { on: 'done' };
}

/**
 * Pods are taken from a colour only while the other one serves: since it was last looked at its pods may have crashed, or somebody, or a write that
 * comes late, have taken them away. Without any it gets them again first.
 */
export async function stillServed(session: Session, signal: AbortSignal): Promise<StepEvent> {
  const { world, to } = session;
  const ref = deploymentOf(session, to);
  const now = await world.cluster.get(ref, signal);
  if (now === undefined) {
    const gone = { kind: 'crash', code: 'ROLLOUT_FAILED', notTheImage: true } as const;
    return { on: 'failed', cause: { ...gone, text: `${nameOf(ref)} has the users and is gone.`, remedy: 'See who deleted it.' } };
  }
  if (readyPods(now) > 0) return { on: 'done' };
  await setColour(session, to, { replicas: Math.max(1, session.needed, deploymentSpec(now).replicas ?? 1) }, signal);
  return await awaitColour(session, to, imageOf(now, session.container) ?? '', signal);
}

/** Throws DRIFT where a colour runs another image than this run has seen or set there. */
export function refuseForeign(session: Session, colour: Colour, deployment: KubernetesObject): void {
  const what = foreignImage(session, colour, deployment);
  if (what === undefined) return;
  if (colour === session.from) session.previousImage = imageOf(deployment, session.container);
  throw new Failure('DRIFT', what, 'Only one writer can change a colour while users are moved. Start the workflow again.');
}

/** In a sentence. `undefined`: there is none, or what it should run is not known. */
export function foreignImage(session: Session, colour: Colour, deployment: KubernetesObject): string | undefined {
  const expected = colour === session.to ? session.image : session.previousImage;
  const found = imageOf(deployment, session.container) ?? 'no image';
  if (expected === undefined || found === expected) return undefined;
  return `${nameOf(deploymentOf(session, colour))} runs ${shown(found, 300)} now, and not ${shown(expected, 300)}: \`${templateWriter(deployment)}\` wrote it last.`;
}
