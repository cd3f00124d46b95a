import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Problem } from '../rollout/problem.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { isZero, strategyField, strategyOf } from './strategy.ts';
import { type WorkloadRef, workloadName } from './workload-ref.ts';

/** How many pods more, and how many fewer, there may be while pods are replaced: a number, or a percentage as the API writes it. */
export interface Pace {
  readonly maxSurge: number | string | undefined;
  readonly maxUnavailable: number | string | undefined;
}

const remedy = 'Write a number of pods such as `1`, or a percentage from `0%` to `100%`.';

export function parsePodCount(text: string): Parsed<number | string> {
  if (/^\d{1,5}$/.test(text)) return parsed(Number(text));
  const [, percent] = /^(\d{1,3})%$/.exec(text) ?? [];
  if (percent === undefined) return refused('is neither a number of pods nor a percentage', remedy);
  return Number(percent) <= 100 ? parsed(`${Number(percent)}%`) : refused('is more than 100 %', remedy);
}

/** The workload with this pace. It stays: what a service's workflow says is how the service is rolled out. */
export function paced(workload: KubernetesObject, { maxSurge, maxUnavailable }: Pace): KubernetesObject {
  const field = strategyField[workload.kind];
  if (field === undefined || (maxSurge === undefined && maxUnavailable === undefined)) return workload;
  const present = strategyOf(workload);
  const rollingUpdate = {
    ...present.rollingUpdate,
    ...(maxSurge === undefined ? {} : { maxSurge }),
    ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
  };
  const spec = workload['spec'] as Readonly<Record<string, unknown>>;
  return { ...workload, spec: { ...spec, [field]: { ...present, type: 'RollingUpdate', rollingUpdate } } };
}

/** What about a pace cannot be carried out on a workload. */
export function paceProblems(ref: WorkloadRef, workload: KubernetesObject, pace: Pace): readonly Problem[] {
  if (pace.maxSurge === undefined && pace.maxUnavailable === undefined) return [];
  const { type = 'RollingUpdate' } = strategyOf(workload);
  if (ref.of.kind.kind === 'CronJob') return [];
  if (strategyField[workload.kind] === undefined)
    return [
      {
        what: `${workloadName(ref)} replaces its pods one after the other: \`max-surge\` and \`max-unavailable\` mean nothing to it.`,
        remedy: 'Leave them out, or roll it out in a step of its own.',
      },
    ];
  if (type !== 'RollingUpdate')
    return [
      {
        what: `${workloadName(ref)} has the strategy ${type}, to which \`max-surge\` and \`max-unavailable\` mean nothing.`,
        remedy: 'Leave them out, or change its strategy to RollingUpdate.',
      },
    ];
  const { rollingUpdate } = strategyOf(paced(workload, pace));
  return isZero(rollingUpdate?.maxSurge) && isZero(rollingUpdate?.maxUnavailable)
    ? [
        {
          what: `${workloadName(ref)} could never replace a pod: maxSurge and maxUnavailable would both be 0.`,
          remedy: 'Raise one of them.',
        },
      ]
    : [];
}
