import type { Diagnosis } from '../kubernetes/diagnosis.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { imagesOf, templateOf } from '../kubernetes/pod-template.ts';

/** It ran and ended by itself. A pod that only is not ready may as well lack what it depends on, and no stable beside it says which. */
const crashes: readonly Diagnosis['cause'][] = ['out-of-memory', 'crash-loop', 'exited'];

/**
 * The image that a crash speaks against. A rolling update may change several, and settings with them: only what is new in the very container
 * that crashed is to blame.
 */
export function crashedImage(
  { present, after }: { readonly present: KubernetesObject | undefined; readonly after: KubernetesObject },
  diagnosis: Pick<Diagnosis, 'cause' | 'container'> | undefined,
): string | undefined {
  if (diagnosis?.container === undefined || !crashes.includes(diagnosis.cause)) return undefined;
  const { container } = diagnosis;
  const image = imagesOf(templateOf(after))[container];
  const before = present === undefined ? undefined : imagesOf(templateOf(present))[container];
  return image === before ? undefined : image;
}
