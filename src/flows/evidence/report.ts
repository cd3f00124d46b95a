import type { StagingVerdict } from '../../domain/evidence/staging.ts';
import type { Report } from '../flow.ts';
import { code, inert } from '../markdown.ts';
import type { EvidencePlan } from './inputs.ts';

export const evidenceOutputNames = ['outcome', 'reason', 'staged', 'digest', 'image'] as const;

/** A missing evidence is an answer, not a failure: what follows from it is for the workflow to decide. */
export function reportEvidence({ service, environment }: EvidencePlan, verdict: StagingVerdict): Report {
  const passed = verdict.is === 'passed';
  const { digest = '', image = '' } = passed ? verdict.deployment : {};
  return {
    succeeded: true,
    outputs: { outcome: verdict.is, reason: verdict.text, staged: String(passed), digest, image },
    summary: [
      `## ${passed ? '✅' : '➖'} ${service}: ${passed ? `passed ${inert(environment)}` : `no evidence of ${inert(environment)}`}`,
      '',
      inert(verdict.text),
      '',
      ...(passed ? [`Image: ${code(image)}`, ''] : []),
    ].join('\n'),
    file: undefined,
    annotation: undefined,
  };
}
