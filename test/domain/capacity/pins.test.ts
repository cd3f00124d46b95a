import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Autoscaler } from '../../../src/domain/capacity/autoscaler.ts';
import { keptText, type Pin, pinFor, pinning, pinText } from '../../../src/domain/capacity/pins.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { patched } from '../rollout/patched.ts';
import { hpa, scaledObject } from './autoscalers.ts';

const of = (object: KubernetesObject): Autoscaler => (object.kind === 'ScaledObject' ? { is: 'keda', object } : { is: 'hpa', object });

describe('what is pinned of an autoscaler', () => {
  const table: readonly (readonly [string, KubernetesObject, number, Pin['fields'] | undefined])[] = [
    ['its minimum, to the present size', hpa('agent'), 5, [{ field: 'minReplicas', former: 3, pinned: 5 }]],
    ['nothing, when the minimum is the size', hpa('agent'), 3, undefined],
    ['nothing, when the minimum is more', hpa('agent', { minReplicas: 8 }), 5, undefined],
    [
      'a minimum that is not written down',
      hpa('agent', { minReplicas: undefined }),
      5,
      [{ field: 'minReplicas', former: null, pinned: 5 }],
    ],
    ['a minimum of nothing', hpa('agent', { minReplicas: 0 }), 1, [{ field: 'minReplicas', former: 0, pinned: 1 }]],
    ['no more than its maximum', hpa('agent', { maxReplicas: 4 }), 9, [{ field: 'minReplicas', former: 3, pinned: 4 }]],
    ["KEDA's minimum", scaledObject(), 5, [{ field: 'minReplicaCount', former: 2, pinned: 5 }]],
    [
      "KEDA's minimum where it is not set",
      scaledObject({ minReplicaCount: undefined }),
      2,
      [{ field: 'minReplicaCount', former: null, pinned: 2 }],
    ],
    [
      "KEDA's size without work, which is below its minimum",
      scaledObject({ minReplicaCount: 5, idleReplicaCount: 0 }),
      5,
      [{ field: 'idleReplicaCount', former: 0, pinned: null }],
    ],
    ['nothing of a paused ScaledObject', scaledObject({}, { 'autoscaling.keda.sh/paused-replicas': '5' }), 5, undefined],
  ];

  it.each(table)('%s', (_, object, pods, fields) => expect(pinFor(of(object), pods)?.fields).toEqual(fields));

  it('is nothing where nothing sets the size', () => expect(pinFor({ is: 'none' }, 5)).toBeUndefined());
});

describe('putting back', () => {
  const counts = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });
  const autoscaler = fc.oneof(
    fc.record({ minReplicas: counts, maxReplicas: fc.integer({ min: 1, max: 40 }) }).map((spec) => hpa('agent', spec)),
    fc.record({ minReplicaCount: counts, idleReplicaCount: counts, maxReplicaCount: counts }).map((spec) => scaledObject(spec)),
  );
  const plain = (object: unknown): unknown => JSON.parse(JSON.stringify(object));
  const apply = (object: KubernetesObject, pin: Pin, to: 'pinned' | 'former') =>
    patched(object, pinning(object, pin, to).operations) ?? object;

  it('leaves every autoscaler as it was, however often either is tried', () => {
    fc.assert(
      fc.property(autoscaler, fc.integer({ min: 1, max: 40 }), fc.nat(2), (object, pods, again) => {
        const before = plain(object) as KubernetesObject;
        const pin = pinFor(of(before), pods);
        fc.pre(pin !== undefined);
        let now = before;
        for (let time = 0; time <= again; time += 1) now = apply(now, pin, 'pinned');
        for (const { field, pinned } of pin.fields) expect((now['spec'] as Record<string, unknown>)[field] ?? null).toBe(pinned);
        for (let time = 0; time <= again; time += 1) now = apply(now, pin, 'former');
        expect(plain(now)).toEqual(before);
        expect(pinning(now, pin, 'former')).toEqual({ operations: [], kept: [] });
      }),
    );
  });

  it('never writes over what someone else has set meanwhile', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), (theirs) => {
        const pin = pinFor(of(hpa('agent')), 9);
        fc.pre(pin !== undefined && theirs !== 3 && theirs !== 9);
        const seen = pinning(hpa('agent', { minReplicas: theirs }), pin, 'former');
        expect(seen.operations).toEqual([]);
        expect(seen.kept).toMatchObject([{ field: 'minReplicas', present: theirs, former: 3 }]);
      }),
    );
  });

  it('is guarded by the version that was read', () => {
    const pin = pinFor(of(hpa('agent')), 9);
    if (pin === undefined) throw new Error('There is one.');
    expect(pinning(hpa('agent'), pin, 'pinned').operations).toEqual([
      { op: 'test', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/spec/minReplicas', value: 9 },
    ]);
  });

  it('is told with both values', () => {
    const pin: Pin = { kind: 'ScaledObject', name: 'agent', fields: [{ field: 'idleReplicaCount', former: 0, pinned: null }] };
    expect(pinText(pin)).toBe('ScaledObject agent: idleReplicaCount not set (before: 0)');
    expect(pinText(pin, 'former')).toBe('ScaledObject agent: idleReplicaCount 0 (during the run: not set)');
    expect(keptText(pin, { field: 'idleReplicaCount', former: 0, pinned: null, present: 1 })).toBe(
      'ScaledObject agent: someone else set idleReplicaCount to 1 during the run, and that stays (before the run: 0).',
    );
  });
});
