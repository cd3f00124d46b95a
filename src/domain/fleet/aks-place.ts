import type { AksResource } from './aks-resource.ts';
import type { AzureCloud } from './azure-cloud.ts';

/** A managed cluster, and the Azure that it is in. */
export interface AksPlace {
  readonly resource: AksResource;
  readonly cloud: AzureCloud;
}
