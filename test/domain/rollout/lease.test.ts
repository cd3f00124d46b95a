import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseDuration, leaseName, type RolloutRecord, readEpoch, readLease, renewalOf } from '../../../src/domain/rollout/lease.ts';

const ref = { namespace: 'shop', name: leaseName('agent') };
const now = '2026-03-01T10:00:00.000000Z';
const record: RolloutRecord = {
  phase: 'stages',
  weight: 25,
  container: 'agent',
  image: 'shop/agent@sha256:2',
  previousImage: 'shop/agent@sha256:1',
  run: 'https://github.com/o/r/actions/runs/1',
  since: now,
};

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
  const json = (more: object): string => JSON.stringify({ ...record, ...more });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"phase":'],
    ['a bare word', 'stages'],
    ['null', 'null'],
    ['a number', '7'],
    ['a text', '"stages"'],
    ['a list', JSON.stringify([record])],
    ['an empty map', '{}'],
    ['a phase that does not exist', json({ phase: 'dreaming' })],
    ['a phase of another type', json({ phase: 3 })],
    ['a phase that every map has', json({ phase: 'constructor' })],
    ['a phase that is a prototype', json({ phase: '__proto__' })],
    ['a weight as text', json({ weight: '25' })],
    ['a weight of 1e9', json({ weight: 1e9 })],
    ['a negative weight', json({ weight: -1 })],
    ['no weight', json({ weight: null })],
    [
      'a weight that is no number',
      '{"phase":"stages","weight":1e999,"container":"a","image":"b","previousImage":"c","run":"d","since":"e"}',
    ],
    ['an image of another type', json({ image: { name: 'x' } })],
    ['no way back', json({ previousImage: undefined })],
    ['a huge text', `{"phase":"${'s'.repeat(300_000)}"`],
    ['deeply nested JSON', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ])('with %s as its record has none', (_, text) => {
    expect(readLease(withAnnotation('rollout', text)).rollout).toBeUndefined();
  });

  it('with keys of a prototype poisons nothing', () => {
    const text = `{"__proto__":{"polluted":true},"constructor":{},${json({}).slice(1)}`;
    const { rollout } = readLease(withAnnotation('rollout', text));
    expect(rollout).toMatchObject(record);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(new Set(Object.keys(rollout ?? {}))).toEqual(new Set(Object.keys(record)));
  });

  it.each([
    ['restoring', 4, 4],
    ['restoring', 0, undefined],
    ['restoring', -1, undefined],
    ['restoring', 1.5, undefined],
    ['restoring', '4', undefined],
    ['promoting', 4, undefined],
  ])('in the phase %s with %j pods that are enough has %j', (phase, enough, read) => {
    expect(readLease(withAnnotation('rollout', json({ phase, enough }))).rollout?.enough).toBe(read);
  });

  it.each([
    ['nothing', '{}'],
    ['an image of another type', '{"image":1,"run":"r","at":"t"}'],
    ['no run', '{"image":"i","at":"t"}'],
    ['no JSON', 'passed'],
  ])('with %s as its evidence has none', (_, text) => {
    expect(readLease(withAnnotation('evidence', text)).evidence).toBeUndefined();
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
