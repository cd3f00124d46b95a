import { expect, it } from '@jest/globals';
import { isSameImage } from '../../../src/domain/rollout/same-image.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const other = `sha256:${'2'.repeat(64)}`;

it.each([
  [`agent@${digest}`, { name: 'agent', digest }, true],
  [`mirror.example.com/agent:v1@${digest}`, { name: 'agent', tag: 'v2', digest }, true],
  [`agent@${digest}`, { name: 'agent', digest: other }, false],
  ['agent:v1', { name: 'agent', tag: 'v1' }, true],
  ['agent:v1', { name: 'agent', tag: 'v2' }, false],
  // What a tag means is not asked of any registry.
  [`agent@${digest}`, { name: 'agent', tag: 'v1' }, false],
  ['agent:v1', { name: 'agent', digest }, false],
] as const)('%s and %j', (text, wanted, expected) => {
  expect(isSameImage(text, wanted)).toBe(expected);
});
