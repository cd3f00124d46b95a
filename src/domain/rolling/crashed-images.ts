import type { Diagnosis } from '../kubernetes/diagnosis.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { imagesOf, templateOf } from '../kubernetes/pod-template.ts';
import { hasRunAndFailed } from '../rollout/cause.ts';

/**
 * The images that a crash speaks against. A rolling update may change several, and settings with them: only one that is new in the container
 * that ran and failed is to blame; where nobody saw which container it was, only if no other image is new.
 */
export function crashedImages(
  { present, after }: { readonly present: KubernetesObject | undefined; readonly after: KubernetesObject },
  diagnosis: Pick<Diagnosis, 'cause' | 'container'> | undefined,
): readonly string[] {
  if (!hasRunAndFailed(diagnosis)) return [];
  const before = present === undefined ? {} : imagesOf(templateOf(present));
  const renewed = Object.entries(imagesOf(templateOf(after))).filter(([container, image]) => before[container] !== image);
  const { container } = diagnosis;
  const blamed = container === undefined ? renewed : renewed.filter(([name]) => name === container);
  const images = [...new Set(blamed.map(([, image]) => image))];
  return images.length === 1 ? images : [];
}
