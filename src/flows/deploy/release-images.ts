import { type AskedImage, imageProblems, mirrored } from '../../domain/fleet/mirrors.ts';
import { filledImage } from '../../domain/fleet/release-images.ts';
import type { ImageEntry } from '../../domain/rolling/image-entries.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { type ImageRef, imageText } from '../../domain/units/image.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import { sideBySide } from '../side-by-side.ts';
import type { DeployPlan } from './plan.ts';
import type { ReleaseFile, ServiceWish } from './release-file.ts';

/** By container. */
export type ServiceImages = Readonly<Record<string, ImageRef>>;

export interface WantedImages {
  readonly of: ReadonlyMap<string, ServiceImages>;
  readonly problems: readonly Problem[];
}

/** Which image each container of each service gets, as the file and the inputs say it. */
export function wantedImages(plan: DeployPlan, file: ReleaseFile): WantedImages {
  const problems: Problem[] = [];
  const of = new Map<string, ServiceImages>();
  for (const service of file.services) {
    const images = { ...written(plan, file, service, problems), ...overridden(plan, file, service, problems) };
    if (Object.keys(images).length === 0 && service.manifests.length === 0)
      problems.push({
        what: `Service \`${service.name}\` has neither images nor manifests: there is nothing to roll out.`,
        remedy: 'Give `images` or `manifests` in its entry, or `image` for all services.',
      });
    of.set(service.name, images);
  }
  const strangers = plan.images.filter(({ service }) => !of.has(service)).map(({ service }) => service);
  for (const service of new Set(strangers))
    problems.push({
      what: `\`images\` names \`${service}\`, which is no service of the release.`,
      remedy: `Write one of ${file.services.map(({ name }) => `\`${name}\``).join(', ')}.`,
    });
  if (plan.version !== undefined && !templatesOf(file).some((template) => template.includes('{version}')))
    problems.push({
      what: '`version` is given, and no image of the release has `{version}` in it: the version would change nothing.',
      remedy: 'Write for instance `image: registry.example.com/{service}:{version}`.',
    });
  return { of, problems };
}

const templatesOf = (file: ReleaseFile): readonly string[] => [
  ...(file.image === undefined ? [] : [file.image]),
  ...file.services.flatMap(({ images }) => Object.values(images ?? {})),
];

function templatesFor(file: ReleaseFile, { images, container }: ServiceWish): Readonly<Record<string, string>> {
  return images ?? (file.image === undefined ? {} : { [container]: file.image });
}

const isOverridden = ({ images }: DeployPlan, service: ServiceWish, container: string, only: boolean): boolean =>
  images.some((each) => each.service === service.name && (each.container === container || (each.container === undefined && only)));

function written(plan: DeployPlan, file: ReleaseFile, service: ServiceWish, problems: Problem[]): ServiceImages {
  const templates = Object.entries(templatesFor(file, service));
  const images: Record<string, ImageRef> = {};
  for (const [container, template] of templates) {
    if (isOverridden(plan, service, container, templates.length === 1)) continue;
    const image = filledImage(template, { service: service.name, version: plan.version });
    if (image.ok) images[container] = image.value;
    else problems.push({ what: `The image of \`${service.name}/${container}\` ${image.problem}.`, remedy: image.remedy });
  }
  return images;
}

function overridden({ images }: DeployPlan, file: ReleaseFile, service: ServiceWish, problems: Problem[]): ServiceImages {
  const known = Object.keys(templatesFor(file, service));
  const taken: Record<string, ImageRef> = {};
  for (const { container, image } of images.filter((each) => each.service === service.name)) {
    const meant = container ?? (known.length > 1 ? undefined : (known[0] ?? service.container));
    if (meant === undefined)
      problems.push({
        what: `\`images\` names \`${service.name}\`, which has the containers ${known.map((each) => `\`${each}\``).join(', ')}.`,
        remedy: `Write \`${service.name}/${known[0]}: …\`.`,
      });
    else if (taken[meant] === undefined) taken[meant] = image;
    else problems.push({ what: `\`images\` names the container \`${meant}\` of \`${service.name}\` twice.`, remedy: 'Keep one of them.' });
  }
  return taken;
}

export interface ResolvedImages {
  /** By service: what is rolled out, by digest where the registry says it. */
  readonly of: ReadonlyMap<string, readonly ImageEntry[]>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Requests to one registry at a time. */
const atOnce = 8;

/** Asks each registry about each image once, however many clusters there are. */
export async function resolveImages(fleet: FleetWorld, plan: DeployPlan, file: ReleaseFile, wanted: WantedImages): Promise<ResolvedImages> {
  const distinct = new Map([...wanted.of.values()].flatMap((images) => Object.values(images).map((image) => [imageText(image), image])));
  const questions = [...distinct.values()].flatMap((image) => [undefined, ...file.mirrors].map((mirror) => ({ image, mirror })));
  const asked: readonly AskedImage[] = await sideBySide(questions, atOnce, async ({ image, mirror }) => ({
    image,
    mirror,
    answer: await fleet.registry.resolve(mirror === undefined ? image : mirrored(image, mirror)),
  }));
  const found = imageProblems(asked);
  const accepted = plan.uncheckedImages === 'accept';
  const digests = new Map(
    asked.flatMap(({ image, mirror, answer }) =>
      mirror === undefined && answer.is === 'found' ? [[imageText(image), answer.digest] as const] : [],
    ),
  );
  const pinned = (image: ImageRef): ImageRef => {
    const digest = digests.get(imageText(image));
    return digest === undefined ? image : { ...image, digest };
  };
  return {
    of: new Map(
      [...wanted.of].map(([service, images]) => [
        service,
        Object.entries(images).map(([container, image]) => ({ container, workload: undefined, image: pinned(image) })),
      ]),
    ),
    problems: found.filter(({ unchecked }) => !unchecked || !accepted),
    warnings: found.filter(({ unchecked }) => unchecked && accepted),
  };
}
