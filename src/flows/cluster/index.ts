import type { Flow } from '../flow.ts';
import { type ClusterResult, executeCluster } from './execute.ts';
import { type ClusterInputs, type ClusterPlan, clusterInputNames, parseClusterInputs } from './inputs.ts';
import { clusterOutputNames, refusedCluster, reportCluster, unconfirmedCluster } from './report.ts';

/** `actions/cluster`: a job's way to a named cluster. */
export const flow: Flow<ClusterInputs, ClusterPlan, ClusterResult, 'access'> = {
  name: 'cluster',
  place: 'access',
  inputNames: clusterInputNames,
  outputNames: clusterOutputNames,
  documentNames: [],
  secretNames: [],
  inputs: parseClusterInputs,
  plan: ({ plan }) => plan,
  execute: executeCluster,
  report: (_plan, result) => reportCluster(result),
  refused: refusedCluster,
  post: {
    run: async (_plan, handedOver, { access, log }) => {
      const { kubeconfig = '' } = handedOver;
      await access.forget(kubeconfig);
      log.line(`removed ${kubeconfig}`);
      return undefined;
    },
    unconfirmed: unconfirmedCluster,
  },
};
