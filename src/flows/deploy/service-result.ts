import type { PartState } from '../../domain/fleet/part-order.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { workloadWord } from '../../domain/rolling/workload-ref.ts';
import type { StageGround } from '../stage/ground.ts';
import type { Session } from '../stage/session.ts';
import type { ServiceResult } from './result.ts';

export interface ServiceEnd {
  readonly name: string;
  readonly settings: boolean;
  readonly there: boolean;
  readonly ground: StageGround;
  readonly session: Pick<Session, 'writes' | 'left'> | undefined;
  readonly state: PartState;
  readonly reason: string | undefined;
}

/** One row of the fleet's table. */
export function serviceResult({ name, settings, there, ground, session, state, reason }: ServiceEnd): ServiceResult {
  return {
    name,
    settings,
    state: there && ['waiting', 'done', 'kept', 'returned'].includes(state) ? 'as-wanted' : state,
    reason,
    images: ground.steps.flatMap(({ workload, present, after }) => {
      if (workload === undefined) return [];
      const before = present === undefined ? {} : imagesOf(templateOf(present));
      return Object.entries(imagesOf(templateOf(after))).map(([container, wanted]) => ({
        container: `${workloadWord(workload)}/${container}`,
        before: before[container],
        wanted,
      }));
    }),
    changes: ground.steps.flatMap(({ changes, change, lines }) =>
      changes ? lines.map((line) => `${change.ref.kind.kind} ${change.ref.name}: ${line}`) : [],
    ),
    skipped: ground.skipped,
    writes: session?.writes ?? [],
    left: session?.left ?? [],
  };
}
