import { shareOf, wavesOf } from '../../domain/fleet/waves.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { sideBySide } from '../side-by-side.ts';
import { readManifests } from '../stage/read-manifests.ts';
import { releaseEvidence } from './evidence.ts';
import { keepingTrack } from './hand-over.ts';
import { partProblems, wishedParts } from './parts.ts';
import type { DeployPlan } from './plan.ts';
import { type ClusterGround, lookAt } from './preflight.ts';
import { readRelease } from './read-release.ts';
import type { ReleaseFile } from './release-file.ts';
import { resolveImages, wantedImages } from './release-images.ts';
import { findTargets, type Target } from './target.ts';

/** Everything that a release stands on, in every cluster. */
export interface FleetGround {
  readonly file: ReleaseFile;
  /** In the order of the waves. */
  readonly grounds: readonly ClusterGround[];
  readonly waves: readonly (readonly string[])[];
  readonly warnings: readonly Problem[];
  /** Where the images have been, and what was not asked. */
  readonly lineage: readonly string[];
  worldOf(cluster: string, part: string): World;
  shareOf(target: Target): number | undefined;
}

/**
 * Looks at every cluster of every wave before anything is written in the first, so that no release ends in the middle for what could have been
 * known. Throws one PREFLIGHT_FAILED with all problems of all of them.
 */
export async function fleetPreflight(plan: DeployPlan, fleet: FleetWorld, cancellation: Cancellation): Promise<FleetGround> {
  const file = await readRelease(plan, fleet);
  const wanted = wantedImages(plan, file);
  const unusable = [...partProblems(file), ...wanted.problems];
  if (unusable.length > 0) throw preflightFailed(unusable, begun);
  const waves = wavesOf(await findTargets(plan, file, fleet, cancellation));
  const targets = waves.flat();
  const settings = await settingsOf(fleet, file);
  const images = await resolveImages(fleet, plan, file, wanted);
  const named = plan.clusters !== undefined;
  const wishing = { plan, file, images: images.of, settings, cancellation, keeps: keepingTrack(fleet) };
  const wished = new Map(targets.map((target) => [target.name, wishedParts(wishing, target, named)]));
  const looked = await sideBySide(targets, plan.clustersAtOnce, (target) => lookAt(plan, file, target, wished.get(target.name) ?? []));
  const problems = [
    ...images.problems,
    ...looked.flatMap((each) =>
      'ground' in each
        ? []
        : each.problems.map((problem) => (named ? { ...problem, what: `Cluster ${each.target.name}: ${problem.what}` } : problem)),
    ),
  ];
  if (problems.length > 0) throw preflightFailed(problems, begun);
  const grounds = looked.flatMap((each) => ('ground' in each ? [each.ground] : []));
  const evidence = await releaseEvidence(plan, fleet, grounds);
  if (evidence.problems.length > 0) throw preflightFailed(evidence.problems, begun);
  return {
    file,
    grounds,
    waves: waves.map((wave) => wave.map(({ name }) => name)),
    warnings: images.warnings,
    lineage: evidence.texts,
    worldOf: (cluster, part) => {
      const parts = wished.get(cluster) ?? [];
      const found = parts.find((each) => each.part.name === part) ?? parts[0];
      if (found === undefined) throw new Failure('INTERNAL', `Nothing is wished for in ${cluster}.`, 'Report it with the log.');
      return found.world;
    },
    shareOf: (target) => (named ? shareOf(target, targets) : undefined),
  };
}

const begun = 'the release';

async function settingsOf(fleet: FleetWorld, { config }: ReleaseFile): Promise<ReadonlyMap<string, string>> {
  const manifests = await readManifests(fleet, config);
  return new Map(
    manifests
      .filter(({ object }) => object.kind === 'ConfigMap' || object.kind === 'Secret')
      .map(({ object, digest }) => [`${object.kind}/${object.metadata.name}`, digest]),
  );
}
