import type { KubernetesObject } from '../kubernetes/object.ts';
import { imagesOf } from '../kubernetes/pod-template.ts';
import { changeCauseKey, revisionsOf } from '../kubernetes/revision.ts';
import { actorKey, runKey } from './change.ts';

/** One revision of a workload, for a person. */
export interface HistoryRow {
  readonly revision: number;
  /** It is what the workload's newest pods have. */
  readonly current: boolean;
  /** By container. */
  readonly images: Readonly<Record<string, string>>;
  /** ISO 8601: when this template was first there. */
  readonly since: string | undefined;
  readonly changeCause: string | undefined;
  readonly by: string | undefined;
  readonly run: string | undefined;
}

/** Newest first. */
export const historyOf = (workload: KubernetesObject, keepers: readonly KubernetesObject[]): readonly HistoryRow[] =>
  revisionsOf(workload, keepers).map(({ number, template, createdAt, annotations }, index) => ({
    revision: number,
    current: index === 0,
    images: imagesOf(template),
    since: createdAt,
    changeCause: annotations[changeCauseKey],
    by: annotations[actorKey],
    run: annotations[runKey],
  }));
