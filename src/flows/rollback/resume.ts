import { differences } from '../../domain/kubernetes/difference.ts';
import { changedTemplate, imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { Chosen } from '../../domain/rollback/choose.ts';
import type { RollbackRecord } from '../../domain/rollback/record.ts';
import { type To, wishText } from '../../domain/rollback/to.ts';
import { type GoodRelease, isSameImages } from '../../domain/rollout/good-release.ts';
import { type Holds, holdOfImage } from '../../domain/rollout/hold.ts';
import { instantOf } from '../../domain/units/instant.ts';
import { shown } from '../../domain/units/shown.ts';
import type { Standing } from './survey.ts';

/** Where a recorded rollback was going. By the name of the ReplicaSet: its number changes once its template is back. */
export function recordedTarget({ keeper, images, to }: RollbackRecord, { workload, revisions }: Standing): Chosen {
  const template = templateOf(workload);
  const revision = revisions.find(({ name }) => name === keeper);
  const wanted = revision?.template ?? changedTemplate(template, images);
  return differences(template, wanted).length === 0 ? { is: 'there', to } : { is: 'template', template: wanted, revision, to };
}

/** Where a rollback whose run is gone was going. `undefined`: somebody else has changed the workload since, and it is no longer about that. */
export function resumed(record: RollbackRecord, standing: Standing): Chosen | undefined {
  return isOfRollback(record, imagesOf(templateOf(standing.workload))) ? recordedTarget(record, standing) : undefined;
}

/** What it goes back from or to, or what is between the two. */
export const isOfRollback = ({ images, from, between }: RollbackRecord, now: Readonly<Record<string, string>>): boolean =>
  [images, from, between].some((each) => each !== undefined && isSameImages(now, each));

/** Whether a run that is asked for `to` goes on with what this one had begun. `previous` is after it just as it was before it. */
export const isSameWish = ({ asked }: RollbackRecord, to: To): boolean => to.kind === 'previous' || asked === wishText(to);

/**
 * The same wish pressed again, after it was fulfilled: the release or the revision before what runs now is another one by then, and a
 * revision has another number. `undefined`: something has changed since, or what was asked for means the same still.
 */
export function fulfilled(
  record: RollbackRecord | undefined,
  to: To,
  standing: Standing,
  releases: readonly GoodRelease[],
): Chosen | undefined {
  if (record?.phase !== 'resting' || record.deployment !== standing.workload.metadata.name || record.asked !== wishText(to))
    return undefined;
  const moves =
    to.kind === 'previous' ||
    to.kind === 'last-known-good' ||
    (to.kind === 'revision' && !standing.revisions.some(({ number }) => number === to.number));
  const since = instantOf(record.since) ?? Number.NaN;
  const released = releases.some(({ at }) => (instantOf(at) ?? Number.NaN) > since);
  if (!moves || released || recordedTarget(record, standing).is !== 'there') return undefined;
  return { is: 'there', to: `${shown(record.to)}, to which the rollback of ${shown(record.since, 40)} led,` };
}

/** For whoever means to go further back all the same: by a name, which leads to the same however often it is pressed. */
export function furtherBack(record: RollbackRecord | undefined, { workload, revisions }: Standing, holds: Holds | undefined): string {
  const present = imagesOf(templateOf(workload));
  const free = (images: Readonly<Record<string, string>>): boolean =>
    [present, record?.from ?? present].every((each) => !isSameImages(each, images)) &&
    Object.values(images).every((image) => holdOfImage(holds, image, undefined) === undefined);
  const found = revisions.find(({ template }) => free(imagesOf(template)));
  if (found === undefined)
    return 'To go further back all the same, name a revision or an image in `to`: `operation: history` of actions/stage lists them.';
  const images = Object.values(imagesOf(found.template)).map((image) => shown(image, 300));
  return `To go further back all the same, name it: \`to: revision:${found.number}\` is the one before (${images.join(', ')}).`;
}
