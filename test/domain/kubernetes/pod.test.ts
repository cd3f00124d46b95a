import { describe, expect, it } from '@jest/globals';
import { isReady } from '../../../src/domain/kubernetes/pod.ts';
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
