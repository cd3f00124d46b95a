import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseDuration, leaseName, readEpoch, readLease, renewalOf } from '../../../src/domain/rollout/lease.ts';

const ref = { namespace: 'shop', name: leaseName('agent') };
const withAnnotation = (name: string, text: string): KubernetesObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { ...ref, resourceVersion: '5', annotations: { [`wf-deploy.io/${name}`]: text } },
  spec: { holderIdentity: 'someone', leaseDurationSeconds: 60 },
});

it('a lock lasts for three renewals', () => {
  expect(leaseDuration / renewalOf(leaseDuration)).toBe(3);
});

describe('a Lease that anyone may have edited', () => {
  it('has the rollout that is recorded in it, and none where that cannot be read', () => {
    const record = { phase: 'stages', weight: 25, container: 'a', image: 'b', previousImage: 'c', run: 'd', since: 'e' };
    expect(readLease(withAnnotation('rollout', JSON.stringify(record))).rollout).toEqual(record);
    expect(readLease(withAnnotation('rollout', 'stages'))).not.toHaveProperty('rollout');
  });

  it.each([
    ['nothing', '{}'],
    ['an image of another type', '{"image":1,"run":"r","at":"t"}'],
    ['no run', '{"image":"i","at":"t"}'],
    ['no JSON', 'passed'],
  ])('with %s as its evidence has none', (_, text) => {
    expect(readLease(withAnnotation('evidence', text)).evidence).toBeUndefined();
  });

  it('has evidence with all that it says, and that of 0.1.0 without what stable ran then', () => {
    const before = { image: 'i', run: 'r', at: 't' };
    for (const evidence of [before, { ...before, template: 'f', previousImage: 'p' }])
      expect(readLease(withAnnotation('evidence', JSON.stringify(evidence))).evidence).toEqual(evidence);
  });

  it('without a spec or with an odd one belongs to nobody, and lasts as long as ours', () => {
    const bare: KubernetesObject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'x' } };
    expect(readLease(bare)).toEqual({ holder: '', epoch: 0, resourceVersion: '', durationSeconds: 60, sign: '["",0,""]' });
    expect(readLease({ ...bare, spec: { holderIdentity: null, leaseDurationSeconds: null } })).toMatchObject({
      holder: '',
      durationSeconds: 60,
    });
  });
});

describe('readEpoch', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['999999999999999', 999_999_999_999_999],
    ['0012', 12],
    [undefined, 0],
    ['', 0],
    ['-1', 0],
    ['1.5', 0],
    ['1e9', 0],
    ['Infinity', 0],
    ['9999999999999999', 0],
    [' 7', 0],
    ['7\n', 0],
    ['٧', 0],
  ])('%j is %i', (text, expected) => {
    expect(readEpoch(text)).toBe(expected);
  });
});
