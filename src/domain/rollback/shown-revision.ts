import { differences } from '../kubernetes/difference.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { imagesOf, templateOf } from '../kubernetes/pod-template.ts';
import { changeCauseKey, type Revision } from '../kubernetes/revision.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';
import { actorKey, runKey } from '../rolling/change.ts';
import { type GoodRelease, isSameImages } from '../rollout/good-release.ts';
import { durationText } from '../units/duration.ts';
import { instantOf } from '../units/instant.ts';
import { shown } from '../units/shown.ts';

/** A state of the workload, for whoever decides whether to go there. */
export interface ShownRevision {
  /** `undefined`: no revision of the workload has this template. */
  readonly revision: number | undefined;
  /** By container. */
  readonly images: Readonly<Record<string, string>>;
  /** ISO 8601: when it was deployed, or first there. */
  readonly since: string | undefined;
  readonly by: string | undefined;
  readonly run: string | undefined;
  readonly changeCause: string | undefined;
}

/** What is known of a template: by the record of its release, else by the annotations of its revision. */
export function shownRevision(template: PodTemplate, revisions: readonly Revision[], releases: readonly GoodRelease[]): ShownRevision {
  const images = imagesOf(template);
  const revision = revisions.find((each) => differences(each.template, template).length === 0);
  const release = releases.find((each) => isSameImages(each.images, images));
  const { annotations = {}, createdAt, number } = revision ?? {};
  return {
    revision: number,
    images,
    since: release?.at ?? createdAt,
    by: release?.who ?? annotations[actorKey],
    run: release?.run ?? annotations[runKey],
    changeCause: annotations[changeCauseKey],
  };
}

export const presentRevision = (
  workload: KubernetesObject,
  revisions: readonly Revision[],
  releases: readonly GoodRelease[],
): ShownRevision => shownRevision(templateOf(workload), revisions, releases);

/** One line. `now` in milliseconds. */
export function revisionText({ revision, images, since, by, run, changeCause }: ShownRevision, now: number): string {
  const age = Math.max(0, Math.round((now - (instantOf(since ?? '') ?? Number.NaN)) / 1000));
  return [
    revision === undefined ? 'no revision of its own' : `revision ${revision}`,
    Object.entries(images)
      .map(([name, image]) => `${name} ${shown(image, 300)}`)
      .join(', '),
    ...(Number.isNaN(age) ? [] : [`${durationText(age > 3600 ? age - (age % 60) : age)} old`]),
    ...(by === undefined ? [] : [`deployed by ${shown(by)}`]),
    ...(changeCause === undefined ? [] : [shown(changeCause, 200)]),
    ...(run === undefined ? [] : [shown(run, 300)]),
  ].join(' · ');
}
