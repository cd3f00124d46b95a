import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { NewTemplate } from '../../domain/manifests/release.ts';
import type { EvidenceRecord } from '../../domain/rollout/evidence-record.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import { type Findings, problemsOnly } from '../../domain/rollout/problem.ts';
import { shown } from '../../domain/units/shown.ts';
import { pastOf } from './manifest-preflight.ts';
import type { CanaryPlan } from './plan.ts';

/** What is to be promoted, and onto what. */
export interface Promotion {
  /** By digest; empty where nobody named one and nothing has passed. */
  readonly image: string;
  readonly next: NewTemplate | undefined;
  readonly stable: KubernetesObject | undefined;
  readonly container: string | undefined;
}

/** A promotion stands on the canary that passed: of this image with this template, beside what stable runs now. */
export function evidenceFor(plan: CanaryPlan, lease: LeaseView | undefined, promotion: Promotion): Findings {
  const { service, requireEvidence } = plan;
  const { image, next } = promotion;
  if (!requireEvidence) return problemsOnly();
  const { evidence } = lease ?? {};
  if (evidence?.image === image && evidence.template === next?.fingerprint) return comparedWithAnother(plan, lease, evidence, promotion);
  if (image === '') {
    return problemsOnly({
      what: `No canary of ${service} has passed in this cluster.`,
      remedy: 'Run the canary with `promote: false` first, or name the image and set `require-evidence: false`.',
    });
  }
  const known =
    evidence === undefined ? 'no canary of this service has passed here' : `what passed here is ${evidence.image} (${evidence.run})`;
  return problemsOnly({
    what: `There is no evidence for ${image}: ${known}.`,
    remedy: 'Run the canary with `promote: false` for this image first, or set `require-evidence: false`.',
  });
}

/** Stable may have been given a hotfix since, or taken back: nobody has seen the canary beside that. */
function comparedWithAnother(
  { stableDeployment }: CanaryPlan,
  lease: LeaseView | undefined,
  { image, previousImage }: EvidenceRecord,
  { stable, container }: Promotion,
): Findings {
  if (previousImage === undefined || stable === undefined || container === undefined) return problemsOnly();
  const present = pastOf(stable, container, lease, undefined).previousImage;
  if (present === previousImage || present === image) return problemsOnly();
  return problemsOnly({
    what: `The canary of ${image} was compared with ${shown(previousImage, 300)}, and Deployment ${stableDeployment} runs ${shown(present, 300)} by now.`,
    remedy: 'Run the canary with `promote: false` again, or set `require-evidence: false`.',
  });
}
