import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { Revision } from '../../domain/kubernetes/revision.ts';
import type { PodTemplate } from '../../domain/kubernetes/workload.ts';
import { overwrittenSettings } from '../../domain/rollback/settings.ts';
import { ownershipFindings, rollingChanges } from '../../domain/rollout/ownership-findings.ts';
import { briefText } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { Resolution } from '../../ports/registry.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { BackPlan } from './plan.ts';
import { askAboutText, missingSettings, namespaceOf, type Standing } from './survey.ts';

/** What a target rests on outside of its workload. */
export interface Surroundings {
  /** What the registry says of each image that would change. */
  readonly answers: ReadonlyMap<string, Resolution>;
  /** ConfigMaps and Secrets that are not there. */
  readonly missing: readonly string[];
}

export async function surroundingsOf(world: World, plan: BackPlan, { workload }: Standing, template: PodTemplate): Promise<Surroundings> {
  const present = imagesOf(templateOf(workload));
  const images = Object.entries(imagesOf(template)).flatMap(([name, image]) => (present[name] === image ? [] : [image]));
  const [answers, missing] = await Promise.all([answersOf(world, images), missingSettings(world, namespaceOf(world, plan), template)]);
  return { answers, missing };
}

/** All at once: silence lasts as long for twenty images as for one. */
export async function answersOf(world: World, images: readonly string[]): Promise<ReadonlyMap<string, Resolution>> {
  const asked = [...new Set(images)].map(async (image) => [image, await askAboutText(world, image)] as const);
  return new Map(await Promise.all(asked));
}

export const digestsIn = (answers: ReadonlyMap<string, Resolution>): ReadonlyMap<string, string> =>
  new Map([...answers].flatMap(([image, answer]) => (answer.is === 'found' ? [[image, answer.digest] as const] : [])));

/** What may not work. Only an image that is known to be gone stops a way back. */
export function doubts(
  { workload }: Standing,
  template: PodTemplate,
  revision: Revision | undefined,
  { answers, missing }: Surroundings,
): readonly string[] {
  const gone = [...answers].filter(([, answer]) => answer.is === 'missing');
  if (gone.length > 0) {
    throw new Failure(
      'IMAGE_MISSING',
      `The registry does not have ${gone.map(([image]) => image).join(', ')} any more: its pods could not start.`,
      'Name another revision or image in `to`; `dry-run` shows what each would change.',
    );
  }
  const overwritten = overwrittenSettings(templateOf(workload), template);
  return [
    ...[...answers].flatMap(([image, answer]) =>
      answer.is === 'not-checked' ? [`Not checked: whether ${image} is still there (${answer.reason}).`] : [],
    ),
    ...missing.map(
      (name) => `${name}, which that revision reads its settings from, is not there any more: its pods may not start. Create it again.`,
    ),
    ...overwritten.map(
      (name) => `${name.replace('/', ' ')} was written over since: its older content is not there any more, and is not restored.`,
    ),
    ...(revision === undefined ? ['No revision with these images is left: only the images go back, in the present pod template.'] : []),
    ...pausedIn(workload),
    // A tool that has the wanted state elsewhere writes the bad version back.
    ...ownershipFindings('accept', rollingChanges([workload])).warnings.map(briefText),
  ];
}

const pausedIn = (workload: KubernetesObject): readonly string[] =>
  (workload['spec'] as { readonly paused?: boolean } | undefined)?.paused === true
    ? [`Deployment ${workload.metadata.name} is paused: it is resumed, because it would never take the template.`]
    : [];
