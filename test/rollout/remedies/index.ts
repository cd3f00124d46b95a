import { capacityCases } from './capacity.ts';
import type { Case } from './case.ts';
import { clusterCases, metricCases } from './cluster.ts';
import { deploymentCases } from './deployments.ts';
import { gatewayApiCases } from './gateway-api.ts';
import { istioCases, subsetCases } from './istio.ts';
import { layoutCases } from './layout.ts';
import { nginxIngressCases } from './nginx-ingress.ts';
import { replicasCases } from './replicas.ts';

/** Everything that the preflight refuses or warns about, each with what makes it pass. */
export const cases: readonly Case[] = [
  ...deploymentCases,
  ...layoutCases,
  ...clusterCases,
  ...capacityCases,
  ...metricCases,
  ...gatewayApiCases,
  ...istioCases,
  ...subsetCases,
  ...nginxIngressCases,
  ...replicasCases,
];
