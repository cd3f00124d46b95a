import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { imageOf } from '../../domain/rollout/container-image.ts';
import { releaseOf, withReleases } from '../../domain/rollout/good-release.ts';
import type { LeaseChange } from '../../domain/rollout/lease-writes.ts';
import type { Session } from './session.ts';

/**
 * A run that died after its promotion had passed could not say so any more: it is said with the record that takes the place of its own.
 * Nothing where stable runs another image by now.
 */
export function passedBefore({ lock, ground, plan }: Session): Pick<LeaseChange, 'lastKnownGood' | 'releases'> {
  const { rollout, releases = [] } = lock.found ?? {};
  if (rollout?.phase !== 'promoted' || imageOf(ground.stable, rollout.container) !== rollout.image) return {};
  const release = releaseOf(`Deployment/${plan.stableDeployment}`, deploymentSpec(ground.stable).template ?? {}, {
    run: rollout.run,
    at: rollout.since,
    who: undefined,
    commit: rollout.commit,
  });
  return { lastKnownGood: rollout.image, releases: withReleases(releases, [release]) };
}
