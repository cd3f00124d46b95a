import { capacityCases } from './capacity.ts';
import type { Case } from './case.ts';
import { clusterCases, metricCases } from './cluster.ts';
import { deploymentCases } from './deployments.ts';
import { gatewayApiCases } from './gateway-api.ts';
import { istioCases, subsetCases } from './istio.ts';
import { nginxIngressCases } from './nginx-ingress.ts';

/** Everything that the preflight refuses or warns about, each with what makes it pass. */
export const cases: readonly Case[] = [
  ...deploymentCases,
  ...clusterCases,
  ...capacityCases,
  ...metricCases,
  ...gatewayApiCases,
  ...istioCases,
  ...subsetCases,
  ...nginxIngressCases,
];
