import type { Flow } from '../flow.ts';
import { type BuildResult, executeBuild } from './execute.ts';
import { type BuildFlowInputs, type BuildPlan, buildInputNames, parseBuildInputs } from './inputs.ts';
import { buildOutputNames, refusedBuild, reportBuild, unconfirmedBuild } from './report.ts';

/** `actions/build`: an image that is in the registry under the digest which is handed on. */
export const flow: Flow<BuildFlowInputs, BuildPlan, BuildResult, 'build'> = {
  name: 'build',
  place: 'build',
  inputNames: buildInputNames,
  outputNames: buildOutputNames,
  documentNames: [],
  secretNames: ['registry-password'],
  inputs: parseBuildInputs,
  plan: ({ plan }) => plan,
  execute: executeBuild,
  report: reportBuild,
  refused: refusedBuild,
  post: {
    run: async (_plan, handedOver, { images, log }) => {
      await images.forget(handedOver['credentials'] ?? '');
      log.line('removed the registry credentials of this run');
      return undefined;
    },
    unconfirmed: unconfirmedBuild,
  },
};
