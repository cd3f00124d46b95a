import { describe, expect, it } from '@jest/globals';
import type { LeaseView } from '../../../src/domain/rollout/lease.ts';
import type { CanaryPlan } from '../../../src/flows/canary/plan.ts';
import { wantedImage } from '../../../src/flows/canary/wanted-image.ts';
import { digest, planOf } from './shop.ts';

const image = { name: 'registry.example.com/agent', tag: 'v2' };
const lease = (evidence?: string): LeaseView => ({
  holder: '',
  epoch: 1,
  resourceVersion: '1',
  durationSeconds: 60,
  sign: 'a renewal',
  ...(evidence === undefined ? {} : { evidence: { image: evidence, run: 'r', at: 't' } }),
});

describe('wantedImage', () => {
  const unnamed: CanaryPlan = { ...planOf(), action: 'promote', image: undefined };
  it('is the one of the inputs', () => expect(wantedImage({ ...unnamed, image }, lease(digest('1')))).toBe(image));
  it('or the one that was analysed', () => {
    expect(wantedImage(unnamed, lease(digest('1')))).toEqual({ name: image.name, digest: `sha256:${'1'.repeat(64)}` });
  });
  it.each([
    ['no Lease', undefined],
    ['no evidence', lease()],
    ['evidence that is no image', lease('not an image')],
    ['evidence without tag and digest', lease('registry.example.com/agent')],
  ])('is none with %s', (_, found) => {
    expect(wantedImage(unnamed, found)).toBeUndefined();
  });
});
