import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import type { Failure } from '../../failure.ts';
import { severities } from '../ending.ts';
import { giveAway } from '../give-away.ts';
import { whereItRuns } from '../signature.ts';
import { tellOnly } from '../tell.ts';
import type { WentBack } from './go-back.ts';
import type { BackResult } from './result.ts';
import type { Session } from './session.ts';

/**
 * The last words in the Lease, and the lock given away. What could not be confirmed stays open in it, for whoever runs this again; and
 * where even that cannot be written, the Lease expires.
 */
export async function settle(session: Session, ended: { readonly went: WentBack } | { readonly failure: Failure }): Promise<void> {
  const { world, lock } = session;
  const at = world.clock.now().toISOString();
  const run = whereItRuns(world);
  const end = (outcome: string, text: string) => ({ epoch: lock.epoch, outcome, text: text.slice(0, 500), run, at });
  if ('failure' in ended) return await giveAway(world, lock, { ended: end('unknown', ended.failure.what) });
  const good = goodImage(session, ended.went);
  await giveAway(world, lock, {
    ...(session.record === undefined ? {} : { rollback: { ...session.record, phase: 'resting' } }),
    ended: end('rolled-back', reasonFor(session, ended.went)),
    ...(good === undefined ? {} : { lastKnownGood: good }),
  });
}

/** Where it is one image that went back. */
function goodImage({ looked: { flight, standing } }: Session, { target, runs }: WentBack): string | undefined {
  if (target === undefined) return flight?.is === 'canary' && !flight.settled && runs === flight.previousImage ? runs : undefined;
  const before = imagesOf(templateOf(standing.workload));
  const changed = changedImages(before, target.template);
  return changed.length === 1 ? changed[0] : undefined;
}

const changedImages = (before: Readonly<Record<string, string>>, template: PodTemplate): readonly string[] =>
  Object.entries(imagesOf(template)).flatMap(([name, image]) => (before[name] === image ? [] : [image]));

export function reasonFor({ looked }: Pick<Session, 'looked'>, { target, stopped }: WentBack): string {
  const back =
    target === undefined
      ? stopped === undefined
        ? `Users have ${looked.stays} again.`
        : ''
      : `Users have ${target.to} again, and its pods are available.`;
  return [stopped, back].filter((part) => part !== undefined && part !== '').join(' ');
}

/** What a run that took the lock comes to. */
export type SettledResult = BackResult & { readonly outcome: 'rolled-back' | 'unknown' };

/** People are told of every rollback, good or not. */
export async function announce({ world, plan, namespace, told }: Session, result: SettledResult): Promise<void> {
  // Whom the way back of the canary has told, with who asked for it and why, is not told of the same again.
  if (told && result.outcome === 'rolled-back' && result.to === undefined) return;
  const { service } = plan;
  const { outcome, reason, remedy, environment } = result;
  const run = whereItRuns(world);
  await tellOnly(world, {
    severity: severities[outcome],
    service,
    namespace,
    run,
    title: `${service}: ${outcome}`,
    message: `${reason}${remedy === undefined ? '' : `\n→ ${remedy}`}`,
    facts: {
      service,
      namespace,
      environment,
      outcome,
      ...(plan.reason === '' ? {} : { why: plan.reason }),
      ...(world.run.actor === undefined ? {} : { who: world.run.actor }),
      ...(result.held.length === 0 ? {} : { held: result.held.join(', ') }),
      run,
    },
    at: world.clock.now().toISOString(),
  });
}
