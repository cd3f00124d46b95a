import { expect, it } from '@jest/globals';
import { treeOf } from '../../../src/flows/lineage/source-tree.ts';
import { stage } from '../stand-ins.ts';
import { commit, memoryForge } from './forge.ts';

const image = `registry.example.com/agent@sha256:${'1'.repeat(64)}`;
const tree = (labels: Readonly<Record<string, string>>, text = image) =>
  treeOf(stage({ forge: memoryForge(), labels: () => Promise.resolve(labels) }).world, text);

it('is that of the revision that the image names', async () =>
  expect(await tree({ 'org.opencontainers.image.revision': commit(4) })).toBe(commit(4).replace('c', 'e')));

it.each([
  ['the image names no revision', {}, image],
  ['the revision is no commit', { 'org.opencontainers.image.revision': 'main' }, image],
  ['the revision is not known', { 'org.opencontainers.image.revision': commit(200) }, image],
  ['the image is not known by its digest', { 'org.opencontainers.image.revision': commit(4) }, 'agent:v1'],
  ['the image is none', { 'org.opencontainers.image.revision': commit(4) }, '?'],
])('is not known when %s', async (_, labels: Readonly<Record<string, string>>, text) => expect(await tree(labels, text)).toBeUndefined());
