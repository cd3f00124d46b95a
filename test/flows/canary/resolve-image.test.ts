import { describe, expect, it } from '@jest/globals';
import type { LeaseView } from '../../../src/domain/rollout/lease.ts';
import type { CanaryPlan } from '../../../src/flows/canary/plan.ts';
import { resolveImage, wantedImage } from '../../../src/flows/canary/resolve-image.ts';
import type { Resolution } from '../../../src/ports/registry.ts';
import { stage } from '../stand-ins.ts';
import { digest, planOf } from './shop.ts';

const image = { name: 'registry.example.com/agent', tag: 'v2' };
const resolve = (answer: Resolution, wanted = image) => resolveImage(stage({ resolve: () => Promise.resolve(answer) }).world, wanted);
const lease = (evidence?: string): LeaseView => ({
  holder: '',
  epoch: 1,
  resourceVersion: '1',
  durationSeconds: 60,
  sign: 'a renewal',
  ...(evidence === undefined ? {} : { evidence: { image: evidence, run: 'r', at: 't' } }),
});

describe('resolveImage', () => {
  it('goes by digest where the registry says it', async () => {
    expect(await resolve({ is: 'found', digest: `sha256:${'2'.repeat(64)}` })).toEqual({ text: digest('2'), problems: [], warnings: [] });
  });

  it('a tag that does not exist is a problem', async () => {
    expect(await resolve({ is: 'missing' })).toMatchObject({
      problems: [{ what: 'The registry has no image registry.example.com/agent:v2.' }],
      warnings: [],
    });
  });

  it('a registry that cannot be asked is no pass and no reason to stop', async () => {
    expect(await resolve({ is: 'not-checked', reason: '401' })).toMatchObject({
      text: 'registry.example.com/agent:v2',
      problems: [],
      warnings: [{ what: 'Not checked: whether registry.example.com/agent:v2 exists (401).' }],
    });
  });
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
  ])('is none with %s', async (_, found) => {
    expect(wantedImage(unnamed, found)).toBeUndefined();
    expect(await resolveImage(stage({}).world, undefined)).toEqual({ text: '', problems: [], warnings: [] });
  });
});
