import { differences } from '../../domain/kubernetes/difference.ts';
import { fieldConflictsBehind } from '../../domain/kubernetes/field-conflict.ts';
import { lastManager, ourManager } from '../../domain/kubernetes/managers.ts';
import { manifestOf } from '../../domain/kubernetes/manifest.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { restored } from '../../domain/kubernetes/restored.ts';
import { wanted } from '../../domain/rolling/change.ts';
import type { JournalEntry } from '../../domain/rolling/journal.ts';
import { parseWorkloadKind } from '../../domain/rolling/workload-ref.ts';
import { count } from '../../domain/units/count.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import { freshLock } from '../fresh-lock.ts';
import { outdated, replace, send } from '../unheard.ts';
import { wrote } from '../writing.ts';
import { refuseForeignImages } from './foreign-images.ts';
import type { Step } from './ground.ts';
import type { Session } from './session.ts';

/** Writes one object as it was rehearsed. What is as it should be already is not written. */
export async function writeStep(session: Session, step: Step, signal: AbortSignal): Promise<KubernetesObject> {
  const { change, present, after, changes, renewed, force } = step;
  if (!changes && present !== undefined) return present;
  const written = change.do === 'apply' ? await apply() : await edit();
  wrote(session, `${change.ref.kind.kind} ${change.ref.name}: ${present === undefined ? 'made' : told(step)}`);
  return written;

  /** The version keeps it from being stored after a way back. But for images, what others wrote since is no reason not to apply it. */
  async function apply(): Promise<KubernetesObject> {
    const { world, unheard } = session;
    const { ref } = change;
    let refused: string | undefined;
    for (;;) {
      const now = await world.cluster.get(ref, signal);
      refuseForeignImages(step, now, [present, after]);
      const version = now?.metadata.resourceVersion;
      const object = asOf(version, wanted(change, present, renewed));
      try {
        return await send(world, unheard, { do: 'apply', ref, object, force }, signal);
      } catch (error) {
        const isOlder = error instanceof Failure && error.code === 'CLUSTER_CONFLICT' && fieldConflictsBehind(error).length === 0;
        if (!isOlder || version === refused) throw error;
        refused = version;
        await world.clock.sleep(0.2, signal);
        await session.lock.record({});
      }
    }
  }

  /** Guarded by resourceVersion; a conflict is read again. */
  async function edit(): Promise<KubernetesObject> {
    for (;;) {
      const now = await session.world.cluster.get(change.ref, signal);
      if (now === undefined) throw new Failure('CLUSTER_NOT_FOUND', `${nameOf(change.ref)} is gone.`, 'See who deleted it.');
      refuseForeignImages(step, now, [present, after]);
      const object = wanted(change, now, renewed);
      if (isSame(now, object)) return now;
      const stored = await unlessConflict(session, { ref: change.ref, object }, signal);
      if (stored !== undefined) return stored;
    }
  }
}

const asOf = (resourceVersion: string | undefined, object: KubernetesObject): KubernetesObject =>
  resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } };

const told = ({ change, lines }: Step): string => {
  const images = Object.entries(change.workload?.images ?? {}).map(([container, image]) => `${container} ${image}`);
  return images.length > 0 ? images.join(', ') : `${count(lines.length, 'field')} changed`;
};

/**
 * Puts back what was there before this run, or the dead one before it, wrote. Does nothing where that is there already. What others have
 * written since is theirs: it is left alone, and named.
 */
export async function takeBackEntry(session: Session, { ref, before, images }: JournalEntry, signal: AbortSignal): Promise<void> {
  const { world } = session;
  const workload = parseWorkloadKind(ref.kind.kind);
  for (;;) {
    const now: KubernetesObject | undefined = await world.cluster.get(ref, signal);
    if (before === undefined) {
      if (now !== undefined) session.left.push(`${ref.kind.kind} ${ref.name}`);
      return;
    }
    if (now === undefined) return drifted(session, `${nameOf(ref)} was deleted since`);
    const object = restored(now, before);
    let stored: KubernetesObject | undefined;
    if (isSame(now, object)) {
      noteUntouched(session, ref);
      stored = await outdated(world, session.unheard, { ref, object: now }, signal);
      if (stored === undefined) continue;
    } else {
      const foreign = foreignChange(now, images);
      if (foreign !== undefined) return drifted(session, foreign);
      stored = await unlessConflict(session, { ref, object }, signal);
      if (stored === undefined) continue;
      wrote(session, `${ref.kind.kind} ${ref.name}: as it was before`);
    }
    if (workload.ok) session.taken.push({ ref: { of: workload.value, name: ref.name }, object: stored });
    return;
  }
}

/** Writes are sent one after the other, so that only the first one that did not arrive may still. */
function noteUntouched(session: Session, ref: JournalEntry['ref']): void {
  const { entries } = session.journal;
  const index = entries.findIndex((each) => each.ref === ref);
  const known = session.untouched === undefined ? entries.length : entries.indexOf(session.untouched);
  if (session.kept && index >= 0 && index < known) session.untouched = entries[index];
}

/** What a dead run had sent, and an API server takes its time over, is refused when it arrives: its object gets a new version. */
export async function outdateLast(session: Session, signal: AbortSignal): Promise<void> {
  const { world, unheard, untouched } = session;
  if (untouched === undefined) return;
  const { ref } = untouched;
  await freshLock(session);
  const now = await world.cluster.get(ref, signal);
  if (now?.metadata.resourceVersion === undefined) return;
  unheard.set(nameOf(ref), now.metadata.resourceVersion);
  await outdated(world, unheard, { ref, object: now }, signal);
  // It may have arrived a moment before.
  session.taken.splice(0, Infinity, ...session.taken.filter((each) => each.ref.name !== ref.name || each.object.kind !== ref.kind.kind));
  await takeBackEntry(session, untouched, signal);
  session.untouched = undefined;
}

/** Of a workload, its images tell; its controller writes it too. */
function foreignChange(now: KubernetesObject, images: Readonly<Record<string, string>> | undefined): string | undefined {
  const who = `${now.kind} ${now.metadata.name}`;
  if (images === undefined) {
    const last = lastManager(now);
    return last === undefined || last === ourManager ? undefined : `${who} was changed by \`${shown(last, 80)}\` since`;
  }
  const others = Object.entries(imagesOf(templateOf(now))).filter(([container, image]) => images[container] !== image);
  return others.length === 0
    ? undefined
    : `${who} was given other images since (${others.map(([, image]) => shown(image, 200)).join(', ')})`;
}

function drifted(session: Session, what: string): void {
  session.drifts.push(`${what}, and is left as it is.`);
  session.world.log.line(`  ${what}, and is left as it is.`);
}

const isSame = (one: KubernetesObject, other: KubernetesObject): boolean => differences(manifestOf(one), manifestOf(other)).length === 0;

/** `undefined`: somebody wrote it since it was read. */
async function unlessConflict(
  { world, unheard, lock }: Session,
  { ref, object }: { readonly ref: JournalEntry['ref']; readonly object: KubernetesObject },
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  await freshLock({ lock });
  try {
    return await replace(world, unheard, { ref, object }, signal);
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
    await world.clock.sleep(0.2, signal);
    // It may be a successor that wrote it: a rollback takes the lock from a run that lives.
    await lock.record({});
    return undefined;
  }
}
