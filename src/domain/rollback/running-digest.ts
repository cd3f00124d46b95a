import type { KubernetesObject } from '../kubernetes/object.ts';
import { podSpec, podStatus } from '../kubernetes/pod.ts';
import { digestIn } from '../rollout/hold.ts';

/** The digest behind an image that pods run, also where it is named by a tag: what the nodes say of it. */
export function runningDigest(image: string, pods: readonly KubernetesObject[]): string | undefined {
  const named = digestIn(image);
  if (named !== undefined) return named;
  for (const pod of pods) {
    const container = podSpec(pod).containers?.find((each) => each.image === image)?.name;
    const { imageID } = podStatus(pod).containerStatuses?.find(({ name }) => name === container) ?? {};
    const digest = imageID === undefined ? undefined : digestIn(imageID);
    if (digest !== undefined) return digest;
  }
  return undefined;
}
