import { nameOf } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { journalLimit, journalText } from '../../domain/rolling/journal.ts';
import { paceProblems } from '../../domain/rolling/pace.ts';
import { workloadName } from '../../domain/rolling/workload-ref.ts';
import { layoutText, oneNeeded } from '../../domain/rollout/layout.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { mayRead } from '../permissions.ts';
import type { Step } from './ground.ts';
import { journalOf } from './keep-journal.ts';
import type { UpdatePlan } from './plan.ts';
import type { Found, Survey } from './survey.ts';

/** Without a manifest, there must be something that runs. Each was read by itself: that its kind may not be listed hides nothing. */
export const missingWorkloads = ({ found, denied, pairs }: Pick<Survey, 'found' | 'denied' | 'pairs'>): readonly Problem[] =>
  found
    .filter(
      ({ manifest, present, workload }) =>
        manifest === undefined && present === undefined && mayRead(denied, workload?.of.kind.resource ?? '', 'get'),
    )
    .map(({ ref }) => {
      const pair = pairs.get(ref.name);
      const laidOut =
        pair === undefined
          ? undefined
          : oneNeeded({ name: ref.name, one: undefined, ...pair }, { strategy: 'A rolling update', input: 'workloads' });
      return (
        laidOut ?? {
          what: `${nameOf(ref)} is not there.`,
          remedy: 'Check `namespace`, `service` and `workloads`, or give its manifest: only with one is something made that is not there.',
        }
      );
    });

/** What was found of each Deployment, for whoever chose the strategy. */
export const layoutNotes = ({ found }: Pick<Survey, 'found'>): readonly string[] =>
  found.flatMap(({ workload, present }) =>
    workload?.of.kind.kind === 'Deployment' && present !== undefined
      ? [`Layout: ${layoutText({ is: 'one', one: present })}, as a rolling update needs it`]
      : [],
  );

export const pausedWorkloads = (found: readonly Found[]): readonly Problem[] =>
  found.flatMap(({ workload, present, manifest }) =>
    workload?.of.pausable === true && present !== undefined && manifest === undefined && deploymentSpec(present).paused === true
      ? [
          {
            what: `${workloadName(workload)} is paused: it would never take the new template.`,
            remedy: `Resume it: run this action with \`operation: resume\`, or kubectl rollout resume deployment/${workload.name}.`,
          },
        ]
      : [],
  );

export const paces = ({ pace }: UpdatePlan, found: readonly Found[]): readonly Problem[] =>
  found.flatMap(({ workload, present, manifest }) => {
    const object = manifest?.object ?? present;
    return workload === undefined || object === undefined ? [] : paceProblems(workload, object, pace);
  });

export function tooLong(steps: readonly Step[]): readonly Problem[] {
  const length = journalText(journalOf('', steps)).length;
  if (length <= journalLimit) return [];
  const what = `What has to be remembered for the way back is ${length} characters long, and a Secret holds ${journalLimit}.`;
  return [{ what, remedy: 'Apply the large ConfigMaps in a step of their own, or fewer objects at once.' }];
}
