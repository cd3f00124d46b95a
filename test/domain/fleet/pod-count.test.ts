import { expect, it } from '@jest/globals';
import { parsePodCount } from '../../../src/domain/fleet/pod-count.ts';

it('reads pods with their size', () => {
  expect(parsePodCount(' 5 x 500m/1Gi ')).toEqual({ ok: true, value: { pods: 5, request: { cpu: 0.5, memory: 2 ** 30 } } });
});

it.each(['', '5', '5 x 500m', '-1 x 1/1', '5 x 500m/1Gi/1', '5 x /1', '1.5 x 1/1', '5 x 1/-1Gi'])('refuses %j', (text) => {
  expect(parsePodCount(text)).toMatchObject({ ok: false, remedy: expect.stringContaining('`5 x 500m/1Gi`') });
});
