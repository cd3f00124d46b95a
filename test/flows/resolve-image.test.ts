import { describe, expect, it } from '@jest/globals';
import { resolveImage } from '../../src/flows/resolve-image.ts';
import type { Resolution } from '../../src/ports/registry.ts';
import { digest } from './canary/shop.ts';
import { stage } from './stand-ins.ts';

const image = { name: 'registry.example.com/agent', tag: 'v2' };
const resolve = (answer: Resolution, wanted = image) => resolveImage(stage({ resolve: () => Promise.resolve(answer) }).world, wanted);

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

  it('that is not named is none', async () => {
    expect(await resolveImage(stage({}).world, undefined)).toEqual({ text: '', problems: [], warnings: [] });
  });
});
