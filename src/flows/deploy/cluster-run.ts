import {
  beginRelease,
  type Release,
  type ReleaseEffect,
  type ReleaseEvent,
  type ReleasePlan,
  rests,
  stepRelease,
} from '../../domain/fleet/release.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Cause } from '../../domain/rollout/cause.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { causeOf } from '../cause-of.ts';
import { giveAllAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import type { Asking } from './asking.ts';
import { type Backup, backUp } from './backup.ts';
import { run } from './machine.ts';
import { missingMonitoring } from './monitoring.ts';
import { keepPart, type PartRun, returnPart, rollPart } from './part-run.ts';
import type { ReleaseFile } from './release-file.ts';
import { runCommands } from './release-smoke.ts';
import type { Target } from './target.ts';

/** A release in one cluster. */
export interface ClusterRun {
  readonly target: Target;
  readonly parts: readonly PartRun[];
  readonly warnings: readonly Problem[];
  readonly backup: () => string | undefined;
  readonly smoke: readonly string[];
  readonly state: () => Release | undefined;
  /** Until everything is as wanted, or it ended. Answers with why it is not. */
  forward(): Promise<Cause | undefined>;
  /** Answers with why what stays is not known to be what was wanted: somebody took a lock before its last word. */
  keep(): Promise<Cause | undefined>;
  revert(cause: Cause): Promise<void>;
  /** Nothing of it was begun. */
  leave(): Promise<void>;
  /** After a defect: nothing is renewed any more, and whoever comes next takes up what is written down. */
  abandon(): void;
}

export interface Opening {
  readonly target: Target;
  readonly file: ReleaseFile;
  readonly plan: Omit<ReleasePlan, 'backup' | 'smoke'>;
  readonly parts: readonly PartRun[];
  readonly warnings: readonly Problem[];
  /** The release's own, where no part has it. */
  readonly own: Lock | undefined;
  readonly backup: { readonly wish: Backup; readonly job: KubernetesObject } | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly world: World;
  readonly asked: Asking;
}

export function openCluster(opening: Opening): ClusterRun {
  const { target, file, parts, world } = opening;
  const plan: ReleasePlan = {
    ...opening.plan,
    backup: opening.backup !== undefined,
    smoke: file.smoke.length > 0 || file.monitoring !== undefined,
  };
  const warnings = [...opening.warnings];
  const smoke: string[] = [];
  let made: string | undefined;
  let machine: ReturnType<typeof run<Release, ReleaseEffect, ReleaseEvent>> | undefined;
  let stopHearing = (): void => undefined;

  const partNamed = (name: string): PartRun => parts.find((part) => part.name === name) as PartRun;

  const perform = async (effect: ReleaseEffect): Promise<ReleaseEvent> => {
    switch (effect.do) {
      case 'back-up':
        return await interruptible(opening.asked, async (signal) => {
          if (opening.backup === undefined)
            throw new Failure('INTERNAL', `There is no backup of ${target.name} to make.`, 'Report it with the log.');
          made = await backUp(world, opening.backup.wish, opening.backup.job, signal);
          return { on: 'backed-up' };
        });
      case 'roll':
        return { on: 'rolled', part: effect.part, ending: await rollPart(partNamed(effect.part)) };
      case 'smoke':
        return await interruptible(opening.asked, async (signal) => {
          smoke.push(...(await runCommands(world, file.smoke, opening.environment, signal)));
          warnings.push(...(await missingMonitoring(world, file.monitoring)));
          return { on: 'smoked' };
        });
      case 'keep':
        await keepPart(partNamed(effect.part));
        return { on: 'kept', part: effect.part };
      case 'return':
        return { on: 'returned', part: effect.part, trouble: await returnPart(partNamed(effect.part), effect.cause) };
    }
  };

  /** What nobody needs any more is given away; an unknown ending keeps lock and record for its successor. */
  const end = async (): Promise<void> => {
    stopHearing();
    const state = machine?.state;
    const unsure = parts.filter(({ name }) => state?.parts[name] === 'unsure');
    for (const part of unsure) part.lock?.stop();
    const held = [...parts.filter((part) => !unsure.includes(part)), { world, lock: opening.own }];
    await giveAllAway(held.flatMap((each) => (each.lock === undefined ? [] : [{ world: each.world, lock: each.lock }])));
  };

  const tell = async (event: ReleaseEvent): Promise<void> => {
    machine?.tell(event);
    await machine?.resting();
    await end();
  };

  return {
    target,
    parts,
    warnings,
    smoke,
    backup: () => made,
    state: () => machine?.state,
    async forward() {
      machine = run(beginRelease(plan), {
        step: (state, event) => stepRelease(plan, state, event),
        perform,
        rests,
        broke: () => opening.asked.request('a defect'),
      });
      stopHearing = opening.asked.onRequest((by) => machine?.tell({ on: 'cancelled', by }));
      const state = await machine.resting();
      if (state.phase !== 'ended') return undefined;
      await end();
      return state.outcome === 'promoted' ? undefined : state.cause;
    },
    async keep() {
      await tell({ on: 'keep' });
      return takenFrom(parts);
    },
    revert: (cause) => tell({ on: 'revert', cause }),
    leave: end,
    abandon() {
      stopHearing();
      for (const { lock } of [...parts, { lock: opening.own }]) lock?.stop();
    },
  };
}

function takenFrom(parts: readonly PartRun[]): Cause | undefined {
  for (const { name, session } of parts) {
    if (session?.lock.lost.aborted !== true) continue;
    const cause = causeOf(session.lock.lost.reason);
    return { ...cause, text: `${name}: ${cause.text}` };
  }
  return undefined;
}

/** What waits ends at a cancel; what it throws is an event. */
async function interruptible(asked: Asking, work: (signal: AbortSignal) => Promise<ReleaseEvent>): Promise<ReleaseEvent> {
  const controller = new AbortController();
  const stop = asked.onRequest((by) =>
    controller.abort(new Failure('CANCELLED', `The run was cancelled (${by}).`, 'Start it again when you are ready.')),
  );
  try {
    return await work(controller.signal);
  } catch (error) {
    return { on: 'failed', cause: causeOf(controller.signal.aborted ? controller.signal.reason : error) };
  } finally {
    stop();
  }
}
