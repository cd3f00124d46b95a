import type { KubernetesObject } from '../kubernetes/object.ts';
import { templateOf } from '../kubernetes/pod-template.ts';
import { partitionOf } from '../kubernetes/stateful-set-status.ts';
import type { Container } from '../kubernetes/workload.ts';
import type { Problem } from '../rollout/problem.ts';
import { strategyOf } from './strategy.ts';
import { type WorkloadRef, workloadName } from './workload-ref.ts';

interface Hooks {
  readonly preStop?: { readonly sleep?: { readonly seconds?: number }; readonly exec?: { readonly command?: readonly string[] } };
}

interface Port {
  readonly containerPort?: number;
}

/** What a workload lacks for users not to notice that its pods are replaced. None of it stops a run. */
export function advice(ref: WorkloadRef, workload: KubernetesObject): readonly Problem[] {
  const who = workloadName(ref);
  const unattended = ref.of.unattended(workload);
  if (ref.of.kind.kind === 'CronJob') return [];
  if (unattended !== undefined)
    return [
      {
        what: `${who}: its pods ${unattended}. They were not waited for.`,
        remedy: 'Delete them when it suits, or change its updateStrategy.',
      },
    ];
  const template = templateOf(workload);
  const serving = (template.spec?.containers ?? []).filter(isServing);
  const grace = Number(template.spec?.['terminationGracePeriodSeconds'] ?? 30);
  return [
    ...serving.flatMap((container) => containerAdvice(who, container, grace)),
    ...(strategyOf(workload).type === 'Recreate'
      ? [
          {
            what: `${who} has the strategy Recreate: there is no pod at all between the old ones and the new.`,
            remedy: 'Set its strategy to RollingUpdate where two versions may run beside each other.',
          },
        ]
      : []),
    ...(workload.kind === 'StatefulSet' && partitionOf(workload) > 0
      ? [
          {
            what: `${who} has a partition of ${partitionOf(workload)}: pods with a lower ordinal keep the version before.`,
            remedy: 'Set `partition` to 0 when all of them are to be replaced.',
          },
        ]
      : []),
  ];
}

/** Somebody sends it requests. */
const isServing = (container: Container): boolean =>
  ((container['ports'] ?? []) as readonly Port[]).some(({ containerPort }) => containerPort !== undefined);

function containerAdvice(who: string, container: Container, grace: number): readonly Problem[] {
  const where = `Container \`${container.name}\` of ${who}`;
  const { preStop } = (container['lifecycle'] ?? {}) as Hooks;
  const pause = preStop?.sleep?.seconds ?? sleepOf(preStop?.exec?.command ?? []);
  const found: Problem[] = [];
  if (container['readinessProbe'] === undefined)
    found.push({
      what: `${where} has no readinessProbe: a pod counts as ready as soon as it runs, and the rollout goes on without it being able to answer.`,
      remedy: 'Add one that asks the service whether it can serve.',
    });
  if (preStop === undefined)
    found.push({
      what: `${where} has no preStop: a pod that ends still gets requests until every proxy has heard of it.`,
      remedy: 'Add `lifecycle.preStop.sleep.seconds: 15`, unless the program itself goes on serving for a while after SIGTERM.',
    });
  if (pause !== undefined && pause >= grace)
    found.push({
      what: `${where} sleeps ${pause} s in its preStop, and terminationGracePeriodSeconds is ${grace}: it is killed before it can end.`,
      remedy: `Raise terminationGracePeriodSeconds above ${pause} by the time that its longest request takes.`,
    });
  return found;
}

/** `sleep 15`, alone or in a shell. */
function sleepOf(command: readonly string[]): number | undefined {
  const [, seconds] = /(?:^|[\s;/])sleep (\d{1,5})\b/.exec(command.join(' ')) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
