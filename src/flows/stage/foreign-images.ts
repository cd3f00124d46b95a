import { templateWriter } from '../../domain/kubernetes/managers.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { Step } from './ground.ts';

/**
 * Whoever gave a workload another image in the middle, a hotfix perhaps, has that kept, and what becomes of it is not taken for the image that is
 * rolled out. Throws DRIFT where a container has an image that it has in none of `known`: as it was found, and as this run writes it.
 */
export function refuseForeignImages(
  { change, workload }: Pick<Step, 'change' | 'workload'>,
  now: KubernetesObject | undefined,
  known: readonly (KubernetesObject | undefined)[],
): void {
  if (workload === undefined || now === undefined) return;
  const all = known.flatMap((each) => (each === undefined ? [] : [imagesOf(templateOf(each))]));
  const foreign = Object.entries(imagesOf(templateOf(now))).find(
    ([container, image]) => all.some((images) => Object.hasOwn(images, container)) && !all.some((images) => images[container] === image),
  );
  if (foreign === undefined) return;
  throw new Failure(
    'DRIFT',
    `${nameOf(change.ref)} runs ${shown(foreign[1], 300)} now, which it neither ran before nor was to get: \`${templateWriter(now)}\` wrote it last.`,
    'It was left as it is. Start the workflow again, which begins with what runs there now.',
  );
}
