import type { Problem } from '../../domain/rollout/problem.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import { stagingOf } from '../lineage/staging.ts';
import { sideBySide } from '../side-by-side.ts';
import { deployedImages, recordAsFound, recordEnding } from '../stage/lineage.ts';
import type { PartRun } from './part-run.ts';
import type { DeployPlan } from './plan.ts';
import type { ClusterGround } from './preflight.ts';

export interface ReleaseEvidence {
  /** For plan and summary: what is known of the images, and what was not asked. */
  readonly texts: readonly string[];
  readonly problems: readonly Problem[];
}

/** Services of which the forge is asked at a time. */
const atOnce = 4;

const orderText = 'Not checked: whether these versions are newer than what runs. The pipelines of the services decide that.';

/** Holds every image that would be brought to having passed staging. What cannot be found out has not passed. */
export async function releaseEvidence(plan: DeployPlan, fleet: FleetWorld, grounds: readonly ClusterGround[]): Promise<ReleaseEvidence> {
  const { staging } = plan;
  if (staging === undefined)
    return { texts: ['Not checked: whether these images passed staging (`require-staging: false`).', orderText], problems: [] };
  const verdicts = await sideBySide(broughtImages(grounds), atOnce, async ({ service, image }) => ({
    subject: `${service}: ${image}`,
    verdict: await stagingOf(fleet, service, staging, image),
  }));
  return {
    texts: [...verdicts.map(({ subject, verdict }) => `Staging: ${subject}: ${verdict.text}`), orderText],
    problems: verdicts.flatMap(({ subject, verdict }) =>
      verdict.is === 'passed'
        ? []
        : [
            {
              what: `There is no evidence that ${subject} passed ${staging}. ${verdict.text}`,
              remedy: `Deploy it by its digest into \`${staging}\` first, from this repository with \`github-token\` and \`environment: ${staging}\`, or set \`require-staging: false\`.`,
            },
          ],
    ),
  };
}

/** Each once, in whatever clusters it is new. */
function broughtImages(grounds: readonly ClusterGround[]): readonly { readonly service: string; readonly image: string }[] {
  const brought = grounds
    .flatMap(({ parts }) => parts)
    .filter(({ part, there }) => !part.settings && !there)
    .flatMap(({ part, ground }) => deployedImages(ground).map((image) => ({ service: part.name, image })));
  return [...new Map(brought.map((each) => [`${each.service} ${each.image}`, each])).values()];
}

/**
 * Puts a release that everything came of on record, service by service: a later one asks for it by `require-staging`. One that went back leaves
 * no record, as most of what it brought was taken back for another service's sake.
 */
export async function recordRelease(
  { environment }: DeployPlan,
  fleet: FleetWorld,
  parts: readonly Pick<PartRun, 'name' | 'plan' | 'ground' | 'there'>[],
): Promise<readonly string[]> {
  if (fleet.forge === undefined) return [];
  if (environment === undefined) return ['The release is not on record with GitHub: `environment` is not given.'];
  const services = [...Map.groupBy(parts, ({ name }) => name).values()];
  const texts = await sideBySide(services, atOnce, async (everywhere) => {
    const brought = everywhere.find(({ there }) => !there);
    const [part] = brought === undefined ? everywhere : [brought];
    if (part === undefined || deployedImages(part.ground).length === 0) return [];
    return part.there
      ? await recordAsFound(fleet, part.plan, part.ground)
      : await recordEnding(fleet, part.plan, part.ground, { outcome: 'promoted' });
  });
  return texts.flat();
}
