import { describe, expect, it } from '@jest/globals';
import { type FieldConflict, FieldConflicts } from '../../../src/domain/kubernetes/field-conflict.ts';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { Change } from '../../../src/domain/rolling/change.ts';
import { Failure } from '../../../src/failure.ts';
import { rehearse } from '../../../src/flows/stage/rehearse.ts';
import { workload } from '../../domain/rolling/objects.ts';
import { shop } from './shop.ts';

const manifest = workload('deployment', { replicas: 4, paused: false }, { metadata: { name: 'agent', namespace: 'shop' } });
const change: Change = { do: 'apply', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, manifest };
const image: FieldConflict = { manager: 'kubectl', subresource: undefined, field: '.spec.template.spec.containers[name="api"].image' };
const size: FieldConflict = { manager: 'kube-controller-manager', subresource: 'scale', field: '.spec.replicas' };

/** An API server on which these fields are others'. */
async function rehearsed(conflicts: readonly FieldConflict[], wish: 'refuse' | 'force') {
  const on = shop();
  on.cluster.failing = ({ write }) =>
    write?.do === 'apply' && write.force === false && conflicts.length > 0
      ? new Failure('CLUSTER_CONFLICT', 'Apply failed.', 'See.', new FieldConflicts(conflicts))
      : undefined;
  const result = await rehearse(on.world, change, on.cluster.find(Deployment, 'agent'), wish);
  const sent = on.cluster.calls.flatMap(({ write }) => (write?.do === 'apply' ? [write] : []));
  return { result, sent };
}

describe('a field of another manager', () => {
  it('stops the run, and says which and whose', async () => {
    const { result, sent } = await rehearsed([image], 'refuse');
    expect(result).toMatchObject({
      is: 'refused',
      problem: { what: 'Deployment shop/agent has fields that others set: .spec.template.spec.containers[name="api"].image (`kubectl`).' },
    });
    expect(sent.map(({ force, dryRun }) => [force, dryRun])).toEqual([[false, true]]);
  });

  it('is taken when that is wished, and named', async () => {
    const { result } = await rehearsed([image], 'force');
    expect(result).toMatchObject({ is: 'ready', step: { force: true }, notes: [expect.stringContaining('is taken from `kubectl`')] });
  });

  it('that is ours by another way of writing is ours', async () => {
    const { result } = await rehearsed([{ ...image, manager: 'wf-deploy' }], 'refuse');
    expect(result).toMatchObject({ is: 'ready', step: { force: true }, notes: [] });
  });

  it.each(['refuse', 'force'] as const)('that an autoscaler scales is left to it (%s)', async (wish) => {
    const { result, sent } = await rehearsed([size], wish);
    expect(result).toMatchObject({ is: 'ready', notes: [expect.stringContaining('spec.replicas is left to `kube-controller-manager`')] });
    expect(sent.map(({ object }) => (object['spec'] as KubernetesObject)['replicas'])).toEqual([4, undefined]);
  });
});

it('without a conflict nothing is forced, and nothing but a dry run is sent', async () => {
  const { result, sent } = await rehearsed([], 'force');
  expect(result).toMatchObject({ is: 'ready', step: { force: false, changes: true, renewed: false } });
  expect(sent.every(({ dryRun }) => dryRun === true)).toBe(true);
});
