import { expect, it } from '@jest/globals';
import { Deployment } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { podsOfWorkload } from '../../src/flows/workload-pods.ts';
import { pair } from './blue-green/pair.ts';

it('lists the pods that a workload selects, and no others', async () => {
  const on = pair();
  const of = async (name: string) =>
    (await podsOfWorkload(on.world, 'shop', on.cluster.find(Deployment, name) as KubernetesObject)).map(({ metadata }) => metadata.name);
  expect(await of('agent-blue')).toEqual([expect.stringMatching(/^agent-blue-/), expect.stringMatching(/^agent-blue-/)]);
  expect(await of('agent-green')).toEqual([]);
});
