import type { Flow } from '../flow.ts';
import { executeDeploy } from './execute.ts';
import { type DeployInputs, deployDocuments, deployInputNames, parseDeployInputs } from './inputs.ts';
import type { DeployPlan } from './plan.ts';
import { deployOutputNames, refusedDeploy, reportDeploy, unconfirmedDeploy } from './report.ts';
import type { DeployResult } from './result.ts';
import { takeBack } from './take-back.ts';

/** `actions/deploy`: the release of many services to one or many clusters. */
export const flow: Flow<DeployInputs, DeployPlan, DeployResult, 'fleet'> = {
  name: 'deploy',
  place: 'fleet',
  inputNames: deployInputNames,
  outputNames: deployOutputNames,
  documentNames: deployDocuments,
  secretNames: ['github-token', 'notify-webhook'],
  inputs: parseDeployInputs,
  plan: ({ plan }) => plan,
  execute: executeDeploy,
  report: (_plan, result) => reportDeploy(result),
  refused: refusedDeploy,
  post: { run: takeBack, unconfirmed: unconfirmedDeploy },
};
