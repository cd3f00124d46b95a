import { expect, it } from '@jest/globals';
import { answers, type DeployedImage, payloadOf, readPayload, taskOf } from '../../../src/domain/evidence/deployment.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const key = 'b'.repeat(64);
const image: DeployedImage = { service: 'agent', image: `registry.example.com/agent@${digest}`, digest, tree: 'e'.repeat(40), key };

it.each([image, { ...image, key: undefined }, { ...image, tree: undefined, key: undefined }])('reads what was written', (each) =>
  expect(readPayload(payloadOf(each))).toEqual(each),
);
it('reads it as text too', () => expect(readPayload(JSON.stringify(payloadOf(image)))).toEqual(image));

it.each([
  ['nothing', undefined],
  ['no JSON', '{'],
  ['a list', [payloadOf(image)]],
  ['another schema', { ...payloadOf(image), schema: 'wf-deploy/deployment/v2' }],
  ['another digest than its image', { ...payloadOf(image), digest: `sha256:${'2'.repeat(64)}` }],
  ['an image by tag', { ...payloadOf(image), image: 'agent:v1' }],
  ['no service', { ...payloadOf(image), service: 7 }],
])('%s is none of ours', (_, value) => expect(readPayload(value)).toBeUndefined());

it('a tree that is none is not known', () =>
  expect(readPayload({ ...payloadOf(image), tree: 'main' })).toEqual({ ...image, tree: undefined, key: undefined }));

it('with a key that is none it vouches for its digest alone', () =>
  expect(readPayload({ ...payloadOf(image), key: 'x' })).toEqual({ ...image, tree: undefined, key: undefined }));

it.each([
  ['the digest', { digest, tree: undefined, key: undefined }, true],
  ['tree and key', { digest: undefined, tree: image.tree, key }, true],
  ['the tree, whatever the key', { digest: undefined, tree: image.tree, key: 'any' }, true],
  ['the tree with another key', { digest: undefined, tree: image.tree, key: 'c'.repeat(64) }, false],
  ['the tree without a key', { digest: undefined, tree: image.tree, key: undefined }, false],
  ['neither', { digest: 'sha256:x', tree: 'f'.repeat(40), key }, false],
  ['nothing at all', { digest: undefined, tree: undefined, key: undefined }, false],
])('by %s: found or not', (_, by, found) => {
  expect(answers({ service: 'agent', environment: 'staging', ...by }, image)).toBe(found);
  expect(answers({ service: 'other', environment: 'staging', ...by }, image)).toBe(false);
});

it('two images whose tree is not known are not of the same tree', () =>
  expect(answers({ service: 'agent', environment: 's', digest: 'sha256:x', tree: undefined, key }, { ...image, tree: undefined })).toBe(
    false,
  ));

it('has a task of its service alone', () => expect(taskOf('agent')).toBe('wf-deploy:agent'));
