import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { recordedPhases } from '../../../src/domain/rollout/effect.ts';
import {
  epochAnnotation,
  lease,
  leaseName,
  type RolloutRecord,
  readEpoch,
  readLease,
  renewed,
  takenBy,
} from '../../../src/domain/rollout/lease.ts';

const ref = { namespace: 'shop', name: leaseName('agent') };
const now = '2026-03-01T10:00:00.000000Z';
const later = '2026-03-01T10:00:20.000000Z';
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
  expect(lease.duration / lease.renewal).toBe(3);
});

describe('takenBy', () => {
  it('makes a Lease where there is none', () => {
    expect(takenBy(undefined, ref, 'run-1', now)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...ref, annotations: { [epochAnnotation]: '1' } },
      spec: { holderIdentity: 'run-1', leaseDurationSeconds: 60, acquireTime: now, renewTime: now, leaseTransitions: 0 },
    });
  });

  it('takes over with a later epoch, and keeps everything that is not its own', () => {
    const first = renewed(takenBy(undefined, ref, 'run-1', now), { rollout: record, lastKnownGood: 'shop/agent@sha256:1' }, now);
    const stored: KubernetesObject = {
      ...first,
      metadata: {
        ...first.metadata,
        resourceVersion: '9',
        labels: { team: 'core' },
        annotations: { ...first.metadata.annotations, note: 'mine' },
      },
      spec: { ...(first['spec'] as object), strategy: 'unknown field' },
    };
    const taken = takenBy(stored, ref, 'run-2', later);
    expect(readLease(taken)).toEqual({
      holder: 'run-2',
      epoch: 2,
      resourceVersion: '9',
      durationSeconds: 60,
      rollout: record,
      lastKnownGood: 'shop/agent@sha256:1',
    });
    expect(taken.metadata).toMatchObject({ labels: { team: 'core' }, annotations: { note: 'mine' } });
    expect(taken['spec']).toMatchObject({ strategy: 'unknown field', leaseTransitions: 1, acquireTime: later });
  });

  it('every holder has a later epoch than the one before', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e9 }), fc.integer({ min: 1, max: 8 }), (epoch, holders) => {
        let object = withAnnotation('epoch', String(epoch));
        for (let holder = 1; holder <= holders; holder += 1) object = takenBy(object, ref, `run-${holder}`, now);
        expect(readLease(object).epoch).toBe(epoch + holders);
      }),
    );
  });
});

describe('renewed', () => {
  const held = takenBy(undefined, ref, 'run-1', now);

  it('changes the time, and what it is told to change', () => {
    expect(renewed(held, {}, later)).toEqual({ ...held, spec: { ...(held['spec'] as object), renewTime: later } });
    const evidence = { image: 'shop/agent@sha256:2', run: 'run-1', at: now };
    expect(readLease(renewed(held, { rollout: record, evidence, lastKnownGood: 'x' }, later))).toMatchObject({
      holder: 'run-1',
      epoch: 1,
      rollout: record,
      evidence,
      lastKnownGood: 'x',
    });
  });

  it('keeps what was recorded before, and gives the lock away', () => {
    const released = renewed(renewed(held, { rollout: record }, now), { release: true }, later);
    expect(readLease(released)).toMatchObject({ holder: '', epoch: 1, rollout: record });
  });

  it('what is written is read back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const records = fc.record({
      phase: fc.constantFrom(...recordedPhases),
      weight: fc.integer({ min: 0, max: 100 }),
      container: text,
      image: text,
      previousImage: text,
      run: text,
      since: text,
    });
    fc.assert(
      fc.property(records, (each) => {
        expect(readLease(renewed(held, { rollout: each }, later)).rollout).toEqual(each);
      }),
    );
  });
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
    ['nothing', '{}'],
    ['an image of another type', '{"image":1,"run":"r","at":"t"}'],
    ['no run', '{"image":"i","at":"t"}'],
    ['no JSON', 'passed'],
  ])('with %s as its evidence has none', (_, text) => {
    expect(readLease(withAnnotation('evidence', text)).evidence).toBeUndefined();
  });

  it('without a spec or with an odd one belongs to nobody, and lasts as long as ours', () => {
    const bare: KubernetesObject = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'x' } };
    expect(readLease(bare)).toEqual({ holder: '', epoch: 0, resourceVersion: '', durationSeconds: 60 });
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
