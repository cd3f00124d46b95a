import { differences } from '../kubernetes/difference.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { changedTemplate, imagesOf, templateOf } from '../kubernetes/pod-template.ts';
import type { Revision } from '../kubernetes/revision.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';
import { configNames, type GoodRelease, isSameImages } from '../rollout/good-release.ts';
import { digestIn, type Holds, holdOfImage } from '../rollout/hold.ts';
import { imageText } from '../units/image.ts';
import { instantOf } from '../units/instant.ts';
import { shown } from '../units/shown.ts';
import type { To } from './to.ts';

/** All that the choice depends on. */
export interface Facts {
  readonly workload: KubernetesObject;
  /** Newest first. */
  readonly revisions: readonly Revision[];
  /** Of this workload, newest first. */
  readonly releases: readonly GoodRelease[];
  readonly holds: Holds | undefined;
  /** For `to` an image: which container it is of, and its digest where the registry says it. */
  readonly container: string | undefined;
  readonly digest: string | undefined;
  /** As the clock of this run writes it. */
  readonly now: string;
  /** What the registry says of images of releases that are named by a tag. */
  readonly digests: ReadonlyMap<string, string>;
}

export type Chosen =
  | {
      readonly is: 'template';
      readonly template: PodTemplate;
      /** The revision that it is of. `undefined`: only images go back, in the present template. */
      readonly revision: Revision | undefined;
      /** In words: `revision 6`. */
      readonly to: string;
    }
  | { readonly is: 'there'; readonly to: string }
  | { readonly is: 'refused'; readonly what: string; readonly remedy: string };

const refused = (what: string, remedy: string): Chosen => ({ is: 'refused', what, remedy });

export function choose(to: To, facts: Facts): Chosen {
  switch (to.kind) {
    case 'previous':
      return previous(facts);
    case 'revision':
      return numbered(to.number, facts);
    case 'image':
      return byImage(to, facts);
    case 'time':
      return atTime(to.at, to.text, facts);
    case 'last-known-good':
      return lastKnownGood(facts);
  }
}

const isPresent = ({ workload }: Facts, template: PodTemplate): boolean => differences(templateOf(workload), template).length === 0;

const chosen = (facts: Facts, revision: Revision): Chosen =>
  isPresent(facts, revision.template)
    ? { is: 'there', to: `revision ${revision.number}` }
    : { is: 'template', template: revision.template, revision, to: `revision ${revision.number}` };

function previous(facts: Facts): Chosen {
  const before = facts.revisions.find(({ template }) => !isPresent(facts, template));
  return before === undefined
    ? refused(`${nameOf(facts)} has no revision before the present one (${listed(facts)}).`, 'Name an image in `to`.')
    : chosen(facts, before);
}

function numbered(number: number, facts: Facts): Chosen {
  const found = facts.revisions.find((revision) => revision.number === number);
  return found === undefined
    ? refused(`${nameOf(facts)} has no revision ${number} (${listed(facts)}).`, 'Choose one of these, or name an image in `to`.')
    : chosen(facts, found);
}

/** Its revision where there is one, because the settings come back with it. */
function byImage({ image }: Extract<To, { kind: 'image' }>, facts: Facts): Chosen {
  const wanted = imageText({ ...image, ...(facts.digest === undefined ? {} : { digest: facts.digest }) });
  const digest = image.digest ?? facts.digest;
  const is = (text: string | undefined): boolean =>
    text !== undefined && (text === wanted || text === imageText(image) || (digest !== undefined && digestIn(text) === digest));
  const container = containerFor(facts);
  const has = (template: PodTemplate): boolean =>
    container === undefined ? Object.values(imagesOf(template)).some(is) : is(imagesOf(template)[container]);
  if (has(templateOf(facts.workload))) return { is: 'there', to: wanted };
  const found = facts.revisions.find(({ template }) => has(template));
  if (found !== undefined) return chosen(facts, found);
  if (container === undefined)
    return refused(
      `${nameOf(facts)} has several containers (${containers(facts).join(', ')}).`,
      'Name the one that gets the image in `container`.',
    );
  return imagesOnly(facts, { [container]: wanted }, wanted);
}

const containers = ({ workload }: Facts): readonly string[] => (templateOf(workload).spec?.containers ?? []).map(({ name }) => name);

const containerFor = (facts: Facts): string | undefined => {
  const names = containers(facts);
  return facts.container ?? (names.length === 1 ? names[0] : undefined);
};

const imagesOnly = (facts: Facts, images: Readonly<Record<string, string>>, to: string): Chosen => ({
  is: 'template',
  template: changedTemplate(templateOf(facts.workload), images),
  revision: undefined,
  to,
});

/** What was written down when it ran; before the first of these, when each revision was first there. */
function atTime(at: number, text: string, facts: Facts): Chosen {
  // What runs now would be the answer to any of these: a rollback that does nothing, and says so only in passing.
  if (at > (instantOf(facts.now) ?? Number.NaN))
    return refused(
      `\`to\` = \`${shown(text, 40)}\` is in the future; it is now ${facts.now.replace(/\.\d+Z$/, 'Z')}.`,
      'Write a time that has passed.',
    );
  const release = facts.releases.find((each) => (instantOf(each.at) ?? Number.NaN) <= at);
  if (release !== undefined) return ofRelease(facts, release);
  const born = ({ createdAt = '' }: Revision): number => instantOf(createdAt) ?? Number.NaN;
  const [found] = facts.revisions.filter((each) => born(each) <= at).toSorted((one, other) => born(other) - born(one));
  return found === undefined
    ? refused(`Nothing is known of what ${nameOf(facts)} ran at ${text} (${listed(facts)}).`, 'Name a revision or an image in `to`.')
    : chosen(facts, found);
}

function lastKnownGood(facts: Facts): Chosen {
  const present = imagesOf(templateOf(facts.workload));
  const free = ({ images }: GoodRelease): boolean =>
    Object.values(images).every((image) => holdOfImage(facts.holds, image, facts.digests.get(image)) === undefined);
  const found = facts.releases.find((each) => !isSameImages(each.images, present) && free(each));
  return found === undefined
    ? refused(
        `No other release of ${nameOf(facts)} is recorded that ended well and is not held.`,
        'Name a revision or an image in `to`. A release is recorded by each run of canary, promote and stage that ends well.',
      )
    : ofRelease(facts, found);
}

/** Its revision, with the same settings where several have its images. */
function ofRelease(facts: Facts, release: GoodRelease): Chosen {
  const same = facts.revisions.filter(({ template }) => isSameImages(imagesOf(template), release.images));
  const found = same.find(({ template }) => configNames(template).join() === release.configs.join()) ?? same[0];
  if (found !== undefined) return chosen(facts, found);
  const there = Object.keys(imagesOf(templateOf(facts.workload)));
  const images = Object.fromEntries(Object.entries(release.images).filter(([name]) => there.includes(name)));
  const to = `the release of ${shown(release.at, 40)}`;
  return Object.entries(images).every(([name, image]) => imagesOf(templateOf(facts.workload))[name] === image)
    ? { is: 'there', to }
    : imagesOnly(facts, images, to);
}

const nameOf = ({ workload }: Facts): string => `Deployment ${workload.metadata.name}`;
const listed = ({ revisions }: Facts): string => `there are: ${revisions.map(({ number }) => number).join(', ') || 'none'}`;
