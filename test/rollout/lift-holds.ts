import { holdsKey } from '../../src/domain/rollout/hold.ts';
import type { LabClient } from '../lab/client.ts';

const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };

/** Lets everything that is held in a namespace come again, as a person does who has mended the place. */
export async function liftHolds(client: LabClient, namespace: string): Promise<void> {
  for (const { metadata } of await client.list({ ...lease, namespace }))
    await client.patch({ ...lease, namespace, name: metadata?.name ?? '' }, { metadata: { annotations: { [holdsKey]: null } } });
}
