import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** A managed cluster of Azure Kubernetes Service, by the parts of its resource id. */
export interface AksResource {
  readonly subscription: string;
  readonly group: string;
  readonly name: string;
}

const remedy =
  'Write `/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.ContainerService/managedClusters/NAME`; the portal shows it under Properties.';
const provider = 'Microsoft.ContainerService/managedClusters';

/** Azure compares resource ids without regard to case; the parts keep the case they were written in. */
export function parseAksResource(text: string): Parsed<AksResource> {
  const [, subscription, group, type, name] =
    /^\/subscriptions\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/resourceGroups\/([-\w.()]{1,90})\/providers\/([^/]+\/[^/]+)\/([a-z0-9](?:[-\w]{0,61}[a-z0-9])?)$/i.exec(
      text,
    ) ?? [];
  if (subscription === undefined || group === undefined || name === undefined || group.endsWith('.'))
    return refused('is not the resource id of a cluster', remedy);
  if (type?.toLowerCase() !== provider.toLowerCase()) return refused(`is the id of a ${type}`, remedy);
  return parsed({ subscription, group, name });
}

/** What we call it in a kubeconfig. By its name alone two clusters of different groups would be one. */
export const aksContext = ({ subscription, group, name }: AksResource): string => `${subscription}/${group}/${name}`.toLowerCase();

export const aksResourceText = ({ subscription, group, name }: AksResource): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/${provider}/${name}`;
