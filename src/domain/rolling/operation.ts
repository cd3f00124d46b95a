import { differences } from '../kubernetes/difference.ts';
import { annotated } from '../kubernetes/manifest.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { changedTemplate, templateOf, withTemplate } from '../kubernetes/pod-template.ts';
import { changeCauseKey, revisionsOf, revisionToReturnTo } from '../kubernetes/revision.ts';
import { deploymentSpec } from '../kubernetes/workload.ts';
import { actorKey, type Origin, runKey } from './change.ts';
import { type WorkloadRef, workloadName } from './workload-ref.ts';

/** What an operation makes of a workload: an object to write, nothing to do, or why it cannot be done. The meaning is that of kubectl rollout. */
export type Operated =
  /** `to`: of a way back, where it leads. */
  | { readonly is: 'changed'; readonly object: KubernetesObject; readonly said: string; readonly to?: string }
  | { readonly is: 'as-wanted'; readonly said: string }
  | { readonly is: 'refused'; readonly said: string; readonly remedy: string };

const refused = (said: string, remedy: string): Operated => ({ is: 'refused', said, remedy });

/** The whole pod template of an earlier revision. `toRevision` undefined: the one before the newest. */
export function undone(
  ref: WorkloadRef,
  workload: KubernetesObject,
  keepers: readonly KubernetesObject[],
  toRevision: number | undefined,
  { run, actor }: Pick<Origin, 'run' | 'actor'>,
): Operated {
  const who = workloadName(ref);
  if (ref.of.keeper === undefined) return refused(`${who} keeps no revisions.`, 'Roll out the version before with `images`.');
  if (isPaused(ref, workload))
    return refused(`${who} is paused: it would not take the template.`, 'Run this action with `operation: resume` first.');
  const revisions = revisionsOf(workload, keepers);
  const target = revisionToReturnTo(revisions, toRevision);
  if (target === undefined) {
    const there = revisions.map(({ number }) => number).join(', ') || 'none';
    return toRevision === undefined
      ? refused(`${who} has no revision before the present one (there are: ${there}).`, 'Roll out a version with `images`.')
      : refused(`${who} has no revision ${toRevision} (there are: ${there}).`, 'Choose one of these; `operation: history` shows them.');
  }
  if (differences(templateOf(workload), target.template).length === 0)
    return { is: 'as-wanted', said: `${who} has the template of revision ${target.number} already.` };
  const { [changeCauseKey]: cause, ...others } = workload.metadata.annotations ?? {};
  const was = target.annotations[changeCauseKey];
  const bare = { ...workload, metadata: { ...workload.metadata, annotations: others } };
  const object = annotated(withTemplate(bare, target.template), {
    ...(was === undefined ? {} : { [changeCauseKey]: was }),
    ...(run === undefined ? {} : { [runKey]: run }),
    ...(actor === undefined ? {} : { [actorKey]: actor }),
  });
  const to = `revision ${target.number}`;
  return { is: 'changed', object, said: `${who} goes back to ${to}${was === undefined ? '' : ` (${was})`}.`, to };
}

/** Every pod is replaced by one of the same template. `now` is ISO 8601. */
export function restarted(ref: WorkloadRef, workload: KubernetesObject, now: string): Operated {
  const who = workloadName(ref);
  if (ref.of.keeper === undefined) return refused(`${who} has no pods that could be restarted.`, 'Leave it out.');
  if (isPaused(ref, workload))
    return refused(`${who} is paused: it would not restart its pods.`, 'Run this action with `operation: resume` first.');
  const template = changedTemplate(templateOf(workload), {}, { 'kubectl.kubernetes.io/restartedAt': now });
  return { is: 'changed', object: withTemplate(workload, template), said: `${who} restarts its pods.` };
}

/** Holds a Deployment's controller back, or lets it go on. */
export function held(ref: WorkloadRef, workload: KubernetesObject, pause: boolean): Operated {
  const who = workloadName(ref);
  if (!ref.of.pausable) return refused(`${who} cannot be paused or resumed: only a Deployment can.`, 'Leave it out.');
  if (isPaused(ref, workload) === pause) return { is: 'as-wanted', said: `${who} is ${pause ? 'paused' : 'not paused'} already.` };
  const { paused: _, ...spec } = workload['spec'] as Readonly<Record<string, unknown>>;
  return {
    is: 'changed',
    object: { ...workload, spec: pause ? { ...spec, paused: true } : spec },
    said: `${who} is ${pause ? 'paused: a new template is kept, but no pod is replaced' : 'resumed'}.`,
  };
}

const isPaused = ({ of }: WorkloadRef, workload: KubernetesObject): boolean => of.pausable && deploymentSpec(workload).paused === true;
