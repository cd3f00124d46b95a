import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { type Change, wayBackOf } from '../../domain/rolling/change.ts';
import type { RollingPlan } from '../../domain/rolling/rolling.ts';
import type { WorkloadRef } from '../../domain/rolling/workload-ref.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { UpdatePlan } from './plan.ts';

/** One object of a run, with what its rehearsal showed. */
export interface Step {
  readonly change: Change;
  readonly workload: WorkloadRef | undefined;
  /** Of an apply: what others had set is taken, because that was accepted, or it was ours by another way of writing. */
  readonly force: boolean;
  /** As it was read. `undefined`: it is not there. */
  readonly present: KubernetesObject | undefined;
  /** As the API server would store it. */
  readonly after: KubernetesObject;
  readonly changes: boolean;
  /** Its pods are replaced. */
  readonly renewed: boolean;
  /** A line for each field that changes. */
  readonly lines: readonly string[];
  /** Its pods follow by themselves and are waited for. */
  readonly waits: boolean;
}

/** What the preflight found, and what follows from it: everything a rolling update stands on. */
export interface StageGround {
  readonly namespace: string;
  readonly steps: readonly Step[];
  /** The same wish has the same key, in whichever run. */
  readonly key: string;
  /** Where the pods of the first step that waits listen; `undefined` where nothing is asked. */
  readonly port: number | undefined;
  readonly lease: LeaseView | undefined;
  readonly skipped: readonly string[];
  readonly warnings: readonly Problem[];
  readonly notes: readonly string[];
}

/** Of a run that goes by what was remembered, or that looked at nothing. */
export const emptyGround = (namespace: string, over: Partial<StageGround> = {}): StageGround => ({
  namespace,
  steps: [],
  key: '',
  port: undefined,
  lease: undefined,
  skipped: [],
  warnings: [],
  notes: [],
  ...over,
});

export const rollingPlanOf = (plan: UpdatePlan, { steps }: StageGround): RollingPlan => ({
  steps: steps.map(({ waits }) => ({ waits })),
  wayBack: wayBackOf(steps.map(({ change }) => change)),
  smoke: plan.smoke.length > 0,
});

/** The images of every container, those that only manifests name among them, and what runs there at present. */
export function imagesIn(steps: readonly Step[]): { readonly images: readonly string[]; readonly present: readonly string[] } {
  const workloads = steps.filter(({ workload }) => workload !== undefined);
  const of = (object: KubernetesObject | undefined): readonly string[] =>
    object === undefined ? [] : Object.values(imagesOf(templateOf(object)));
  return { images: workloads.flatMap(({ after }) => of(after)), present: workloads.flatMap(({ present }) => of(present)) };
}
