import { crashAmong } from '../../domain/kubernetes/diagnosis.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isLeaving, isReady, podSpec } from '../../domain/kubernetes/pod.ts';
import { imagesOf } from '../../domain/kubernetes/pod-template.ts';
import { crashedImage } from '../../domain/rolling/crashed-image.ts';
import type { StepEvent } from '../../domain/rollout/step-event.ts';
import { Failure } from '../../failure.ts';
import { explain } from '../explain.ts';
import { runSmoke } from '../smoke.ts';
import { unlessFailed } from '../unless-forbidden.ts';
import { podsOfWorkload } from '../workload-pods.ts';
import type { Step } from './ground.ts';
import type { Session } from './session.ts';

/** Asks a new pod of the first workload that was waited for. One that crashes while it is asked has crashed, whatever it answered. */
export async function smokeNewPods(session: Session, signal: AbortSignal): Promise<StepEvent> {
  const { world, plan, ground } = session;
  const { namespace, port } = ground;
  const pod = (await newPodsNow(session, signal)).find(isReady);
  if (pod === undefined || port === undefined)
    throw new Failure('SMOKE_FAILED', 'No new pod was ready for the smoke checks.', 'Read the events of its pods.');
  const [image = ''] = Object.values(imagesOf({ spec: podSpec(pod) }));
  try {
    session.smoke.push(
      ...(await runSmoke(world, {
        pod: { namespace, name: pod.metadata.name },
        port,
        checks: plan.smoke,
        image,
        asked: { who: 'the new version', remedy: 'Mend the new version. The old one is put back.' },
        signal,
      })),
    );
    return { on: 'done' };
  } catch (error) {
    const crash = error instanceof Failure && error.code === 'SMOKE_FAILED' ? await crashWhileAsked(session, signal) : undefined;
    if (crash === undefined) throw error;
    return crash;
  }
}

const isWaitedFor = ({ waits, workload }: Step): boolean => waits && workload !== undefined;
const firstWaited = ({ ground }: Session): number => ground.steps.findIndex(isWaitedFor);

/** While further workloads took their time, its pods may have been made anew elsewhere. */
async function newPodsNow(session: Session, signal: AbortSignal): Promise<readonly KubernetesObject[]> {
  const { ground, newPods } = session;
  return ground.steps.filter(isWaitedFor).length < 2 ? newPods : await listed(session, signal);
}

/** Of the revision that was waited for. */
async function listed(session: Session, signal: AbortSignal): Promise<readonly KubernetesObject[]> {
  const { world, ground, written, newPods } = session;
  const workload = written.get(firstWaited(session));
  if (workload === undefined) return newPods;
  const revision = ({ metadata: { labels = {} } }: KubernetesObject) => labels['pod-template-hash'] ?? labels['controller-revision-hash'];
  const newest = newPods.map(revision);
  return (await podsOfWorkload(world, ground.namespace, workload, signal)).filter((pod) => newest.includes(revision(pod)));
}

/** `undefined`: none has, or they cannot be looked at. */
async function crashWhileAsked(session: Session, signal: AbortSignal): Promise<StepEvent | undefined> {
  const { world, ground } = session;
  const pods = await unlessFailed(listed(session, signal), []);
  const diagnosis = crashAmong(pods.filter((pod) => !isLeaving(pod)));
  const step = ground.steps[firstWaited(session)];
  if (step?.workload === undefined || diagnosis === undefined) return undefined;
  const details = await explain(world, { namespace: ground.namespace, workload: step.workload.name, diagnosis });
  const text = `${diagnosis.what}${details}`;
  const image = crashedImage(step, diagnosis);
  if (image !== undefined) session.crashed = { image, why: text };
  return { on: 'failed', cause: { kind: 'crash', code: 'ROLLOUT_FAILED', text, remedy: diagnosis.remedy } };
}
