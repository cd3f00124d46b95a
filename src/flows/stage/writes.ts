import { differences } from '../../domain/kubernetes/difference.ts';
import { lastManager, ourManager } from '../../domain/kubernetes/managers.ts';
import { manifestOf } from '../../domain/kubernetes/manifest.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { restored } from '../../domain/kubernetes/restored.ts';
import { wanted } from '../../domain/rolling/change.ts';
import type { JournalEntry } from '../../domain/rolling/journal.ts';
import { parseWorkloadKind } from '../../domain/rolling/workload-ref.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import { freshLock } from '../fresh-lock.ts';
import { wrote } from '../writing.ts';
import type { Step } from './ground.ts';
import type { Session } from './session.ts';

/** Writes one object as it was rehearsed. What is as it should be already is not written. */
export async function writeStep(session: Session, step: Step, signal: AbortSignal): Promise<KubernetesObject> {
  const { change, present, changes, renewed, force } = step;
  if (!changes && present !== undefined) return present;
  const written = change.do === 'apply' ? await apply() : await edit();
  wrote(session, `${change.ref.kind.kind} ${change.ref.name}: ${present === undefined ? 'made' : told(step)}`);
  return written;

  async function apply(): Promise<KubernetesObject> {
    return await session.world.cluster.write({ do: 'apply', ref: change.ref, object: wanted(change, present, renewed), force }, signal);
  }

  /** Guarded by resourceVersion; a conflict is read again. */
  async function edit(): Promise<KubernetesObject> {
    for (;;) {
      const now = await session.world.cluster.get(change.ref, signal);
      if (now === undefined) throw new Failure('CLUSTER_NOT_FOUND', `${nameOf(change.ref)} is gone.`, 'See who deleted it.');
      const object = wanted(change, now, renewed);
      if (isSame(now, object)) return now;
      const stored = await unlessConflict(session, { ref: change.ref, object }, signal);
      if (stored !== undefined) return stored;
    }
  }
}

const told = ({ change, lines }: Step): string => {
  const images = Object.entries(change.workload?.images ?? {}).map(([container, image]) => `${container} ${image}`);
  return images.length > 0 ? images.join(', ') : `${lines.length} ${lines.length === 1 ? 'field' : 'fields'} changed`;
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
    let stored: KubernetesObject | undefined = now;
    if (!isSame(now, object)) {
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
  { world, lock }: Session,
  { ref, object }: { readonly ref: JournalEntry['ref']; readonly object: KubernetesObject },
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  await freshLock({ lock });
  try {
    return await world.cluster.write({ do: 'replace', ref, object }, signal);
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
    await world.clock.sleep(0.2, signal);
    return undefined;
  }
}
