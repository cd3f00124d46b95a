import { describe, expect, it } from '@jest/globals';
import type { Lineage } from '../../../src/flows/lineage/fields.ts';
import { recordDeployment, recordStanding } from '../../../src/flows/lineage/record.ts';
import { stage } from '../stand-ins.ts';
import { commit, forgeDown, memoryForge } from './forge.ts';

const image = (letter: string): string => `registry.example.com/agent@sha256:${letter.repeat(64)}`;
const lineage: Lineage = { commit: commit(7), requireStaging: false, stagingEnvironment: 'staging', allowUnordered: false, reason: '' };
const subject = { service: 'agent', environment: 'staging', lineage, images: [image('1'), image('1')] };
const ended = { ...subject, state: 'success', description: 'It passed.' } as const;
const said = { 'org.opencontainers.image.revision': commit(4), 'wf-deploy.io/build-key': 'b'.repeat(64) };
const labels = () => Promise.resolve({ is: 'read', labels: said } as const);

describe('a deployment', () => {
  it('is on record once for each image, with its tree and its commit', async () => {
    const forge = memoryForge();
    expect(await recordDeployment(stage({ forge, labels }).world, ended)).toEqual([
      `On record with GitHub: success of ${image('1')} in staging.`,
    ]);
    expect(forge.records).toEqual([
      {
        service: 'agent',
        environment: 'staging',
        image: image('1'),
        digest: `sha256:${'1'.repeat(64)}`,
        tree: commit(4).replace('c', 'e'),
        key: 'b'.repeat(64),
        commit: commit(7),
        state: 'success',
        description: 'It passed.',
        page: undefined,
      },
    ]);
  });

  it('says why its source is not on record', async () => {
    const unread = () => Promise.resolve({ is: 'not-checked', reason: 'registry.example.com answered 401' } as const);
    expect(await recordDeployment(stage({ forge: memoryForge(), labels: unread }).world, ended)).toEqual([
      expect.stringMatching(
        /^On record with GitHub: .* without its source tree \(the image cannot be read: registry\.example\.com answered 401\)\.$/,
      ),
    ]);
  });

  it('is never failed by what is written about it, and says so', async () => {
    const forge = memoryForge();
    forge.failing = forgeDown;
    expect(await recordDeployment(stage({ forge }).world, ended)).toEqual([expect.stringMatching(/^Not on record.*GitHub gave no answer/)]);
  });

  it.each([
    ['its digest is not known', { ...ended, images: ['agent:v1'] }, /whose digest is not known/],
    ['its commit is not known', { ...ended, lineage: { ...lineage, commit: undefined } }, /its commit is not known/],
  ])('is not on record when %s', async (_, of, text) => {
    const forge = memoryForge();
    expect(await recordDeployment(stage({ forge }).world, of)).toEqual([expect.stringMatching(text)]);
    expect(forge.records).toEqual([]);
  });

  it('without a token there is nothing to say', async () => expect(await recordDeployment(stage().world, ended)).toEqual([]));
});

describe('what runs already', () => {
  it('is put on record where it is not', async () => {
    const forge = memoryForge();
    const { world } = stage({ forge });
    await recordStanding(world, subject);
    expect(await recordStanding(world, subject)).toEqual(['On record with GitHub already, in staging.']);
    expect(forge.records).toMatchObject([{ state: 'success', description: 'It runs here already: a run before had brought it.' }]);
  });

  it('is not put on record blindly', async () => {
    const forge = memoryForge();
    forge.failing = (what) => (what.startsWith('deployments') ? forgeDown() : undefined);
    expect(await recordStanding(stage({ forge }).world, subject)).toEqual([expect.stringMatching(/^Not checked/)]);
    expect(forge.records).toEqual([]);
  });

  it('without a token there is nothing to say', async () => expect(await recordStanding(stage().world, subject)).toEqual([]));
});
