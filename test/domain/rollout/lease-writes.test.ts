import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { recordedPhases } from '../../../src/domain/rollout/effect.ts';
import { epochAnnotation, leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { type LeaseChange, microTime, renewal, requesting, signing, takenBy } from '../../../src/domain/rollout/lease-writes.ts';
import { patched } from './patched.ts';
import { now, record } from './recorded.ts';

const ref = { namespace: 'shop', name: leaseName('agent') };
const later = '2026-03-01T10:00:20.000000Z';
/** `now`, in seconds since 1970. */
const begun = 1_772_359_200;

/** As the API server has it afterwards. */
function renewed(held: KubernetesObject, change: LeaseChange, at: string): KubernetesObject {
  const object = patched(held, renewal(readLease(held), change, at));
  if (object === undefined) throw new Error('A test of the patch failed.');
  return object;
}

const withEpoch = (epoch: number): KubernetesObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { ...ref, resourceVersion: '5', annotations: { [epochAnnotation]: String(epoch) } },
  spec: { holderIdentity: 'someone', leaseDurationSeconds: 60 },
});

describe('takenBy', () => {
  it('makes a Lease where there is none', () => {
    expect(takenBy(undefined, ref, { holder: 'run-1', duration: 60, now: new Date(now) })).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { ...ref, annotations: { [epochAnnotation]: `${begun}` } },
      spec: { holderIdentity: 'run-1', leaseDurationSeconds: 60, acquireTime: now, renewTime: now, leaseTransitions: 0 },
    });
  });

  it.each([
    ['was deleted', undefined],
    ['has no epoch that can be read', withEpoch(Number.NaN)],
  ])('where one %s begins later than any holder before it', (_, found) => {
    let object = takenBy(undefined, ref, { holder: 'run-0', duration: 60, now: new Date(now) });
    for (let second = 1; second < 20; second += 1)
      object = takenBy(object, ref, { holder: `run-${second}`, duration: 60, now: new Date(later) });
    expect(readLease(takenBy(found, ref, { holder: 'run-1', duration: 60, now: new Date(later) })).epoch).toBeGreaterThan(
      readLease(object).epoch,
    );
  });

  it('takes over with a later epoch, and keeps everything that is not its own', () => {
    const first = renewed(
      takenBy(undefined, ref, { holder: 'run-1', duration: 60, now: new Date(now) }),
      { rollout: record, lastKnownGood: 'shop/agent@sha256:1' },
      now,
    );
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
    const taken = takenBy(stored, ref, { holder: 'run-2', duration: 60, now: new Date(later) });
    expect(readLease(taken)).toEqual({
      holder: 'run-2',
      epoch: begun + 1,
      resourceVersion: '9',
      durationSeconds: 60,
      sign: JSON.stringify(['run-2', begun + 1, later]),
      rollout: record,
      lastKnownGood: 'shop/agent@sha256:1',
    });
    expect(taken.metadata).toMatchObject({ labels: { team: 'core' }, annotations: { note: 'mine' } });
    expect(taken['spec']).toMatchObject({ strategy: 'unknown field', leaseTransitions: 1, acquireTime: later });
  });

  it('every holder has a later epoch than the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 8 }), (epoch, holders) => {
        let object = withEpoch(epoch);
        for (let holder = 1; holder <= holders; holder += 1)
          object = takenBy(object, ref, { holder: `run-${holder}`, duration: 60, now: new Date(now) });
        expect(readLease(object).epoch).toBe(epoch + holders);
      }),
    );
  });
});

describe('renewed', () => {
  const held = takenBy(undefined, ref, { holder: 'run-1', duration: 60, now: new Date(now) });

  it('changes the time, and what it is told to change', () => {
    expect(renewed(held, {}, later)).toEqual({ ...held, spec: { ...(held['spec'] as object), renewTime: later } });
    const evidence = { image: 'shop/agent@sha256:2', run: 'run-1', at: now };
    expect(readLease(renewed(held, { rollout: record, evidence, lastKnownGood: 'x' }, later))).toMatchObject({
      holder: 'run-1',
      epoch: begun,
      rollout: record,
      evidence,
      lastKnownGood: 'x',
    });
  });

  it('keeps what was recorded before, and gives the lock away', () => {
    const released = renewed(renewed(held, { rollout: record }, now), { release: true }, later);
    expect(readLease(released)).toMatchObject({ holder: '', epoch: begun, rollout: record });
  });

  it.each([
    ['holder', { holder: 'run-2', epoch: begun }],
    ['epoch', { holder: 'run-1', epoch: begun + 1 }],
  ])('changes nothing when it is not ours any more: another %s', (_, ours) => {
    expect(patched(held, renewal(ours, { release: true }, later))).toBeUndefined();
  });

  it('and a sign of the guardian do not undo each other, nor make the holder look alive', () => {
    const beat = patched(held, signing(begun, { is: 'watching', pod: 'p', epoch: begun, beat: 'b' })) ?? held;
    expect(readLease(renewed(beat, {}, later)).guardian).toMatchObject({ beat: 'b' });
    expect(readLease(beat).sign).toBe(readLease(held).sign);
    expect(readLease(renewed(held, {}, later)).sign).not.toBe(readLease(held).sign);
    expect(patched(held, signing(begun + 1, { is: 'watching', pod: 'p', epoch: begun + 1, beat: 'b' }))).toBeUndefined();
  });

  it('what is written is read back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const records = fc
      .record({
        phase: fc.constantFrom(...recordedPhases),
        weight: fc.integer({ min: 0, max: 100 }),
        container: text,
        image: text,
        previousImage: text,
        run: text,
        since: text,
      })
      .map((each) => (each.phase === 'paused' ? { ...each, deadline: 3600 } : each));
    fc.assert(
      fc.property(records, (each) => {
        expect(readLease(renewed(held, { rollout: each }, later)).rollout).toEqual(each);
      }),
    );
  });

  it('a pause without an end is read as a stage, which nobody waits for', () => {
    const rollout = { phase: 'paused', weight: 25, container: 'c', image: 'i', previousImage: 'p', run: 'r', since: 's' } as const;
    expect(readLease(renewed(held, { rollout }, later)).rollout).toMatchObject({ phase: 'stages', weight: 25 });
  });

  it('request, answer and ending are read back, and a new holder inherits no request', () => {
    const request = { id: 'x', what: 'abort', epoch: 2, who: 'alice', why: 'w', at: 't', run: 'r' } as const;
    const answer = { id: 'x', is: 'accepted', text: 'It goes back.' } as const;
    const ended = { epoch: 2, outcome: 'aborted', text: 'alice aborted it.', run: 'r', at: 't' };
    const stored = { ...held, metadata: { ...held.metadata, resourceVersion: '7' } };
    const asked = patched(stored, requesting(readLease(stored), request));
    if (asked === undefined) throw new Error('It was refused.');
    const said = renewed(asked, { answer, ended }, later);
    expect(readLease(said)).toMatchObject({ request, answer, ended });
    const next = readLease(takenBy(said, { namespace: 'shop', name: 'l' }, { holder: 'run-9', duration: 60, now: new Date(later) }));
    expect([next.request, next.answer, next.ended]).toEqual([undefined, undefined, ended]);
  });
});

it('a time is written with microseconds, as the API has it', () => {
  expect(microTime(new Date(Date.UTC(2026, 2, 1, 10, 0, 20, 7)))).toBe('2026-03-01T10:00:20.007000Z');
});
