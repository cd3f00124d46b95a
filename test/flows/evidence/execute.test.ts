import { describe, expect, it } from '@jest/globals';
import { executeEvidence } from '../../../src/flows/evidence/execute.ts';
import type { EvidencePlan } from '../../../src/flows/evidence/inputs.ts';
import { recordDeployment } from '../../../src/flows/lineage/record.ts';
import { commit, forgeDown, memoryForge } from '../lineage/forge.ts';
import { stage } from '../stand-ins.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const text = (letter: string): string => `registry.example.com/agent@${digest(letter)}`;
const image = (letter: string) => ({ name: 'registry.example.com/agent', digest: digest(letter) });
const plan = (more: Partial<EvidencePlan> = {}): EvidencePlan => ({
  service: 'agent',
  environment: 'staging',
  image: undefined,
  commit: commit(4),
  otherBuilds: true,
  ...more,
});
const lineage = { commit: commit(4), requireStaging: false, stagingEnvironment: 'staging', allowUnordered: false, reason: '' };

/** A forge with a deployment of the tree of commit 4. */
async function staged(revision = 4) {
  const forge = memoryForge();
  const said: Readonly<Record<string, string>> = revision === 0 ? {} : { 'org.opencontainers.image.revision': commit(revision) };
  const labels = () => Promise.resolve({ is: 'read', labels: said } as const);
  const { world } = stage({ forge, labels, commit: commit(4) });
  await recordDeployment(world, {
    service: 'agent',
    environment: 'staging',
    lineage,
    images: [text('1')],
    state: 'success',
    description: '',
  });
  return { forge, world };
}

describe('passed', () => {
  it.each([
    ['by its digest', plan({ image: image('1') }), 'digest'],
    ['by the tree that another image names', plan({ image: image('2') }), 'tree'],
    ['by the tree of the commit', plan(), 'tree'],
    ['by the tree of the run’s own commit', plan({ commit: undefined }), 'tree'],
  ] as const)('%s, and names the image that did', async (_, wish, by) =>
    expect(await executeEvidence(wish, (await staged()).world)).toMatchObject({
      is: 'passed',
      by,
      deployment: { image: text('1'), digest: digest('1') },
    }),
  );
});

describe('where other builds do not count', () => {
  it('the digest itself passes', async () =>
    expect(await executeEvidence(plan({ image: image('1'), otherBuilds: false }), (await staged()).world)).toMatchObject({ by: 'digest' }));

  it('another build of the same tree is missing, and nobody is asked what it was built from', async () => {
    const { forge, world } = await staged();
    const before = forge.asked.length;
    expect(await executeEvidence(plan({ image: image('2'), otherBuilds: false }), world)).toMatchObject({ is: 'missing' });
    expect(forge.asked.slice(before)).toEqual(['deployments staging']);
  });
});

describe('missing', () => {
  it.each([
    ['another commit', plan({ commit: commit(5) }), /No deployment/],
    ['a commit that is not known', plan({ commit: commit(200) }), /does not know the commit/],
    ['another environment', plan({ environment: 'qa' }), /into qa/],
    ['another service', plan({ service: 'other' }), /No deployment/],
  ])('%s', async (_, wish, reason) =>
    expect(await executeEvidence(wish, (await staged()).world)).toMatchObject({ is: 'missing', text: expect.stringMatching(reason) }),
  );

  it('an image that names no revision is not of this tree', async () => {
    const { world } = await staged(0);
    expect(await executeEvidence(plan({ image: image('2') }), world)).toMatchObject({ is: 'missing' });
  });

  it.each([plan(), plan({ image: image('1') })])('it cannot be asked: %#', async (wish) => {
    const { forge, world } = await staged();
    forge.failing = forgeDown;
    expect(await executeEvidence(wish, world)).toMatchObject({ is: 'missing', text: expect.stringContaining('It cannot be asked') });
  });

  it('nobody knows which commit', async () =>
    expect(await executeEvidence(plan({ commit: undefined }), stage({ forge: memoryForge(), commit: 'main' }).world)).toMatchObject({
      is: 'missing',
    }));
});
