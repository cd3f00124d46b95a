import { describe, expect, it } from '@jest/globals';
import type { Lineage } from '../../../src/flows/lineage/fields.ts';
import { recordDeployment } from '../../../src/flows/lineage/record.ts';
import { requireStaged } from '../../../src/flows/lineage/staging.ts';
import type { ImageLabels } from '../../../src/ports/registry.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { stage } from '../stand-ins.ts';
import { commit, forgeDown, type MemoryForge, memoryForge } from './forge.ts';

const image = (letter: string): string => `registry.example.com/agent@sha256:${letter.repeat(64)}`;
const lineage: Lineage = { commit: commit(7), requireStaging: true, stagingEnvironment: 'staging', allowUnordered: false, reason: '' };
const labels = (): Promise<ImageLabels> => Promise.resolve({ is: 'read', labels: { 'org.opencontainers.image.revision': commit(4) } });
const unlabelled = (): Promise<ImageLabels> => Promise.resolve({ is: 'read', labels: {} });
const on = (forge: MemoryForge, of = labels) => stage({ forge, labels: of }).world;
const staged = (forge: MemoryForge, text: string, state: 'success' | 'failure' = 'success') =>
  recordDeployment(on(forge), { service: 'agent', environment: 'staging', lineage, images: [text], state, description: '' });

it('passes what passed, and says so', async () => {
  const forge = memoryForge();
  await staged(forge, image('1'));
  expect(await requireStaged(on(forge), 'agent', lineage, [image('1')])).toEqual([
    `Staging: ${image('1')}: This digest passed (staging, 2026-03-01T10:00:00.000Z).`,
  ]);
});

it('passes another build of the same tree, by what the image says itself', async () => {
  const forge = memoryForge();
  await staged(forge, image('1'));
  expect(await requireStaged(on(forge), 'agent', lineage, [image('2')])).toEqual([
    expect.stringContaining('Another build of the same source tree'),
  ]);
});

it('another build of the same tree with other inputs has not passed', async () => {
  const forge = memoryForge();
  const keyed = (letter: string) => (): Promise<ImageLabels> =>
    Promise.resolve({
      is: 'read',
      labels: { 'org.opencontainers.image.revision': commit(4), 'wf-deploy.io/build-key': letter.repeat(64) },
    });
  const subject = { service: 'agent', environment: 'staging', lineage, images: [image('1')], state: 'success', description: '' } as const;
  await recordDeployment(on(forge, keyed('b')), subject);
  expect(await requireStaged(on(forge, keyed('b')), 'agent', lineage, [image('2')])).toHaveLength(1);
  for (const said of [keyed('c'), labels])
    expect(await failureOf(requireStaged(on(forge, said), 'agent', lineage, [image('2')]))).toMatchObject({ code: 'STAGING_MISSING' });
});

describe('is missing when', () => {
  it.each<[string, string, (forge: MemoryForge) => Promise<unknown> | undefined, typeof labels, RegExp]>([
    ['nothing is on record', image('1'), () => undefined, labels, /No deployment of/],
    ['it failed', image('1'), (forge) => staged(forge, image('1'), 'failure'), labels, /failed/],
    ['another image passed, of a tree that is not known', image('2'), (forge) => staged(forge, image('1')), unlabelled, /No deployment of/],
    [
      'the registry does not let the image be read',
      image('2'),
      (forge) => staged(forge, image('1')),
      () => Promise.resolve({ is: 'not-checked', reason: 'registry.example.com answered 401' }),
      /No deployment of .*Not checked: .*registry\.example\.com answered 401/,
    ],
    ['it is not known by its digest', 'agent:v1', (forge) => staged(forge, image('1')), labels, /digest is not known/],
  ])('%s', async (_, text, before, of, what) => {
    const forge = memoryForge();
    await before(forge);
    expect(await failureOf(requireStaged(on(forge, of), 'agent', lineage, [text]))).toMatchObject({
      code: 'STAGING_MISSING',
      what: expect.stringMatching(what),
    });
  });

  it('it cannot be asked', async () => {
    const forge = memoryForge();
    await staged(forge, image('1'));
    forge.failing = forgeDown;
    expect(await failureOf(requireStaged(on(forge), 'agent', lineage, [image('1')]))).toMatchObject({
      code: 'STAGING_MISSING',
      what: expect.stringContaining('It cannot be asked: GitHub gave no answer.'),
    });
  });

  it('there is no token', async () =>
    expect(await failureOf(requireStaged(stage().world, 'agent', lineage, [image('1')]))).toMatchObject({ code: 'STAGING_MISSING' }));

  it('one of several images has not passed', async () => {
    const forge = memoryForge();
    await staged(forge, image('1'));
    const world = on(forge, unlabelled);
    expect(await failureOf(requireStaged(world, 'agent', lineage, [image('1'), image('3')]))).toMatchObject({
      what: expect.stringContaining(image('3')),
    });
  });
});

it('is shown where it is not asked for', async () => {
  const forge = memoryForge();
  expect(await requireStaged(on(forge), 'agent', { ...lineage, requireStaging: false }, [image('1')])).toEqual([
    'Staging: not asked for (`require-staging: false`).',
  ]);
  expect(forge.asked).toEqual([]);
});
