import { describe, expect, it } from '@jest/globals';
import { isReady, isUnheard } from '../../../src/domain/kubernetes/pod.ts';
import { pod, readyPod } from './pods.ts';

describe('a pod is ready', () => {
  it.each([
    ['when it says so', readyPod('a'), true],
    ['but not while it is being deleted', readyPod('a', [], { deletionTimestamp: '2026-01-01T00:00:00Z' }), false],
    ['not when it says no', pod('a'), false],
    ['not when it is unknown', pod('a', { conditions: [{ type: 'Ready', status: 'Unknown' }] }), false],
    ['not when it says nothing', pod('a', { conditions: [] }), false],
    ['not when only its containers are', pod('a', { conditions: [{ type: 'ContainersReady', status: 'True' }] }), false],
  ])('%s', (_, found, expected) => {
    expect(isReady(found)).toBe(expected);
  });
});

describe('a pod is unheard', () => {
  const conditions = (said: Readonly<Record<string, string>>) => Object.entries(said).map(([type, status]) => ({ type, status }));
  const gated = (said: Readonly<Record<string, string>>) => ({
    ...pod('a', { conditions: conditions(said) }),
    spec: { readinessGates: [{ conditionType: 'example.test/gate' }] },
  });
  it.each([
    [
      'when the control plane alone says that it is not ready',
      pod('a', { conditions: conditions({ Ready: 'False', ContainersReady: 'True' }) }),
      true,
    ],
    [
      'not when its kubelet says so of a container',
      pod('a', { conditions: conditions({ Ready: 'False', ContainersReady: 'False' }) }),
      false,
    ],
    ['not when it waits behind a gate', gated({ Ready: 'False', ContainersReady: 'True' }), false],
    ['when its gate is open', gated({ Ready: 'False', ContainersReady: 'True', 'example.test/gate': 'True' }), true],
    ['not when it is ready', pod('a', { conditions: conditions({ Ready: 'True', ContainersReady: 'True' }) }), false],
    ['not before it was ever marked', pod('a', { conditions: conditions({ ContainersReady: 'True' }) }), false],
    [
      'not while it is being deleted',
      pod('a', { conditions: conditions({ Ready: 'False', ContainersReady: 'True' }) }, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      false,
    ],
  ])('%s', (_, found, expected) => {
    expect(isUnheard(found)).toBe(expected);
  });
});
