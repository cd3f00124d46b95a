import { expect, it } from '@jest/globals';
import { sourceOf } from '../../../src/flows/lineage/source-tree.ts';
import { stage } from '../stand-ins.ts';
import { commit, memoryForge } from './forge.ts';

const image = `registry.example.com/agent@sha256:${'1'.repeat(64)}`;
const source = (labels: Readonly<Record<string, string>>, text = image) =>
  sourceOf(stage({ forge: memoryForge(), labels: () => Promise.resolve({ is: 'read', labels }) }).world, text);

it('is that of the revision that the image names', async () =>
  expect(await source({ 'org.opencontainers.image.revision': commit(4) })).toEqual({ tree: commit(4).replace('c', 'e'), key: undefined }));

it('has the key that the image names', async () =>
  expect(await source({ 'org.opencontainers.image.revision': commit(4), 'wf-deploy.io/build-key': 'b'.repeat(64) })).toMatchObject({
    key: 'b'.repeat(64),
  }));

it.each([
  ['the image names no revision', {}, image],
  ['the revision is no commit', { 'org.opencontainers.image.revision': 'main' }, image],
  ['the revision is not known', { 'org.opencontainers.image.revision': commit(200) }, image],
  ['the key is none', { 'org.opencontainers.image.revision': commit(4), 'wf-deploy.io/build-key': 'x' }, image],
  ['the image is not known by its digest', { 'org.opencontainers.image.revision': commit(4) }, 'agent:v1'],
  ['the image is none', { 'org.opencontainers.image.revision': commit(4) }, '?'],
])('is not known when %s', async (_, labels: Readonly<Record<string, string>>, text) =>
  expect(await source(labels, text)).toEqual({ tree: undefined, key: undefined }),
);
