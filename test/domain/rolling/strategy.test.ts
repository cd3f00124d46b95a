import { describe, expect, it } from '@jest/globals';
import { isZero, surgeBefore } from '../../../src/domain/rolling/strategy.ts';

it('nothing is not zero', () => expect([isZero(0), isZero('0%'), isZero(undefined), isZero('10%')]).toEqual([true, true, false, false]));

describe('how many pods more an update begins with', () => {
  const of = (strategy: object | undefined) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'agent' },
    spec: strategy === undefined ? {} : { strategy },
  });
  it.each([
    ['by default, of three', undefined, 3, 1],
    ['by default, of four', undefined, 4, 0],
    ['none may be missing', { rollingUpdate: { maxUnavailable: 0 } }, 10, 1],
    ['none may be missing, as a percentage', { rollingUpdate: { maxUnavailable: '0%' } }, 10, 1],
    ['one may be missing', { rollingUpdate: { maxUnavailable: 1 } }, 2, 0],
    ['neither more nor fewer: then one may be missing', { rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } }, 2, 0],
    ['all at once', { type: 'Recreate' }, 2, 0],
  ])('%s', (_, strategy, size, pods) => {
    expect(surgeBefore(of(strategy), size)).toBe(pods);
  });
});
