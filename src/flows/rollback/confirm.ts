import { Service } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { isReady } from '../../domain/kubernetes/pod.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { workloadName } from '../../domain/rolling/workload-ref.ts';
import { notAvailableRemedy } from '../../domain/rollout/cause.ts';
import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import { awaitWorkload } from '../await-workload.ts';
import { explain } from '../explain.ts';
import { runSmoke } from '../smoke.ts';
import { declaredPort, targetPort } from '../target-port.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { type Session, warn } from './session.ts';
import { workloadRefOf } from './survey.ts';

/** Waits until what was gone back to serves, and asks it. Throws ROLLOUT_FAILED, ROLLOUT_TIMED_OUT or CANCELLED; a check that fails is a warning. */
export async function confirm(session: Session, workload: KubernetesObject, signal: AbortSignal): Promise<void> {
  const { world, plan, namespace, lock } = session;
  const ref = workloadRefOf(plan);
  const who = workloadName(ref);
  try {
    const awaited = await awaitWorkload(world, {
      namespace,
      ref,
      workload,
      seconds: plan.rolloutTimeout,
      onProgress: (text) => world.log.line(`  ${who}: ${text}`),
      signal: AbortSignal.any([signal, lock.lost]),
    });
    if (awaited.is === 'available') return await check(session, awaited.workload, awaited.pods, signal);
    const details = await explain(world, { namespace, workload: ref.name, diagnosis: awaited.diagnosis });
    if (awaited.is === 'failed') throw new Failure('ROLLOUT_FAILED', `${awaited.what}${details}`, `${awaited.remedy} ${elsewhere}`);
    const why = awaited.diagnosis === undefined ? '' : ` ${awaited.diagnosis.what}`;
    throw new Failure(
      'ROLLOUT_TIMED_OUT',
      `${who} was not available after ${durationText(plan.rolloutTimeout)}, waiting for ${awaited.waitingFor}.${why}${details}`,
      `${awaited.diagnosis?.remedy ?? notAvailableRemedy} ${elsewhere}`,
    );
  } catch (error) {
    if (lock.lost.aborted || !signal.aborted) throw error;
    throw new Failure(
      'CANCELLED',
      `The run was cancelled while ${who} was replacing its pods: what was written stays, and Kubernetes goes on with it.`,
      'Run this action again to have it waited for: a rollback is finished, and not undone.',
    );
  }
}

const elsewhere = 'It can go back further: name another revision or image in `to`.';

async function check(session: Session, workload: KubernetesObject, pods: readonly KubernetesObject[], signal: AbortSignal): Promise<void> {
  const { world, plan, namespace } = session;
  if (plan.smoke.length === 0) return;
  const pod = pods.find(isReady);
  const port = await portOf(session, workload);
  if (pod === undefined || port === undefined) {
    warn(session, `Not checked: ${pod === undefined ? 'no ready pod was seen' : 'it is not known where the pods listen; give `port`'}.`);
    return;
  }
  const [image = ''] = Object.values(imagesOf(templateOf(workload)));
  try {
    session.smoke.push(
      ...(await runSmoke(world, {
        pod: { namespace, name: pod.metadata.name },
        port,
        checks: plan.smoke,
        image,
        asked: { who: 'the version that was gone back to', remedy: elsewhere },
        signal,
      })),
    );
  } catch (error) {
    if (!(error instanceof Failure) || signal.aborted) throw error;
    // The way back stands: a check that fails says that it may not be enough.
    warn(session, `${error.what} ${elsewhere}`);
  }
}

async function portOf({ world, plan, namespace }: Session, workload: KubernetesObject): Promise<number | undefined> {
  if (plan.port !== undefined) return plan.port;
  const service = await unlessForbidden(world.cluster.get({ kind: Service, namespace, name: plan.service }), undefined);
  return service === undefined ? declaredPort(templateOf(workload)) : targetPort(service, workload);
}
