import type { KubernetesObject } from '../kubernetes/object.ts';
import { isSame, type WorkloadRef, workloadName } from '../rolling/workload-ref.ts';
import { trackLabel } from '../rollout/canary-deployment.ts';
import type { Problem } from '../rollout/problem.ts';

export interface Running {
  readonly ref: WorkloadRef;
  readonly object: KubernetesObject;
}

/** The workloads that run in the namespace and are neither in a service of the release nor left alone by name: a release that forgets one says so. */
export function unlisted(
  running: readonly Running[],
  listed: readonly WorkloadRef[],
  leftAlone: readonly WorkloadRef[],
): readonly Problem[] {
  const forgotten = running.filter(
    ({ ref, object }) =>
      // With it they are ours, beside the workload that they belong to: a canary, the other colour.
      object.metadata.labels?.[trackLabel] === undefined &&
      (object.metadata.ownerReferences ?? []).every(({ controller }) => controller !== true) &&
      ![...listed, ...leftAlone].some((other) => isSame(other, ref)),
  );
  if (forgotten.length === 0) return [];
  const names = forgotten.map(({ ref }) => workloadName(ref));
  const many = names.length > 1;
  return [
    {
      what: `${names.join(', ')} ${many ? 'run' : 'runs'} in the namespace and ${many ? 'are in no service' : 'is in no service'} of the release: ${many ? 'they keep' : 'it keeps'} the version that ${many ? 'they have' : 'it has'}.`,
      remedy: 'Add a service for it, or name it in `left-alone`.',
    },
  ];
}
