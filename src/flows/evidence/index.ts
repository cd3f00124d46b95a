import type { StagingVerdict } from '../../domain/evidence/staging.ts';
import { failedReport } from '../failed-report.ts';
import type { Flow } from '../flow.ts';
import { executeEvidence } from './execute.ts';
import { type EvidenceInputs, type EvidencePlan, evidenceInputNames, parseEvidenceInputs } from './inputs.ts';
import { evidenceOutputNames, reportEvidence } from './report.ts';

/** `actions/evidence`: whether an image, or what was built from a commit's tree, passed staging. */
export const flow: Flow<EvidenceInputs, EvidencePlan, StagingVerdict, 'forge'> = {
  name: 'evidence',
  place: 'forge',
  inputNames: evidenceInputNames,
  outputNames: evidenceOutputNames,
  documentNames: [],
  secretNames: ['github-token'],
  inputs: parseEvidenceInputs,
  plan: ({ plan }) => plan,
  execute: executeEvidence,
  report: reportEvidence,
  refused: (failure) => {
    const report = failedReport('not-started', failure, 'Nothing was asked.');
    return { ...report, outputs: { ...report.outputs, staged: 'false' } };
  },
};
