import { describe, expect, it } from '@jest/globals';
import { buildKeyText } from '../../../src/domain/build/build-order.ts';
import { buildContext } from '../../../src/domain/build/context.ts';
import { executeBuild } from '../../../src/flows/build/execute.ts';
import { parseBuildInputs } from '../../../src/flows/build/inputs.ts';
import type { Images, Stored } from '../../../src/ports/images.ts';
import { rawInputs } from '../raw-inputs.ts';
import { stage } from '../stand-ins.ts';

const name = 'registry.example.com/agent';
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const commit = 'c'.repeat(40);
const repository = 'example/agent';
const events = {
  push: { ref: 'refs/heads/develop', event: {} },
  pullRequest: { ref: 'refs/pull/7/merge', event: { pull_request: { number: 7, head: { repo: { full_name: repository } } } } },
};

/** A run against a registry in which the tree of the checkout was built before, by whoever may push. */
async function run(on: keyof typeof events, inputs: Readonly<Record<string, string>> = {}, other: Partial<Images> = {}) {
  const { plan } = parseBuildInputs(rawInputs({ image: name, provenance: 'off', sbom: 'false', ...inputs }));
  const { world, lines } = stage();
  const key = world.digest.sha256(buildKeyText('e'.repeat(40), plan.inputs));
  const stored = (of: string, labels: Readonly<Record<string, string>>): Stored => ({
    is: 'there',
    image: { digest: of, runnable: [{ platform: '', digest: of }], attestations: 0 },
    labels: [labels],
  });
  const asked: string[] = [];
  const built: string[] = [];
  const layers: boolean[] = [];
  const images: Images = {
    signIn: () => Promise.resolve(undefined),
    forget: () => Promise.resolve(),
    build: ({ tags, leavesLayers }) => {
      layers.push(leavesLayers);
      built.push(...tags);
      return Promise.resolve({ digest: digest('2'), metadata: '' });
    },
    stored: (reference) => {
      asked.push(reference);
      const [, letter = '1'] = /@sha256:(.)/.exec(reference) ?? [];
      return Promise.resolve(stored(digest(letter), { 'wf-deploy.io/build-key': key }));
    },
    tag: () => Promise.resolve(),
    ...other,
  };
  const context = buildContext({ ...events[on], sha: commit, repository, serverUrl: 'https://github.com' });
  const checkout = { commit, tree: 'e'.repeat(40), committed: { at: '', seconds: 0 }, beside: [], moreBeside: 0 };
  const result = await executeBuild(plan, {
    ...world,
    context,
    images,
    sourceTree: { read: () => Promise.resolve(checkout) },
    hasPlatformCache: true,
  });
  const ofTrees = [...asked, ...built].filter((each) => each.includes('tree-'));
  return { result, ofTrees, built, layers, lines };
}

describe('a push', () => {
  it('takes what was built before from the same tree', async () =>
    expect(await run('push')).toMatchObject({ result: { outcome: 'reused', image: { digest: digest('1') } }, built: [] }));

  it('builds with `reuse: false`, and leaves it for later ones', async () => {
    const { result, built } = await run('push', { reuse: 'false' });
    expect(result).toMatchObject({ outcome: 'built', image: { digest: digest('2') } });
    expect(built).toContainEqual(expect.stringMatching(/^tree-/));
  });
});

it('a pull request neither takes an earlier build nor leaves one that a branch would take', async () => {
  const { result, ofTrees, lines } = await run('pullRequest');
  expect(result).toMatchObject({ outcome: 'built', image: { digest: digest('2') }, key: expect.any(String) });
  expect(ofTrees).toEqual([]);
  expect(lines.join()).toContain('nobody may have reviewed it');
});

it.each([
  ['push', 'registry', true],
  ['pullRequest', 'registry', false],
  ['pullRequest', 'gha', true],
] as const)('layers of a %s in the cache %s are left for later builds: %s', async (on, cache, left) =>
  expect((await run(on, { cache, reuse: 'false' })).layers).toEqual([left]),
);

describe('what was pushed and is not confirmed is no image to deploy', () => {
  const there = (of: string, runnable: readonly { readonly platform: string; readonly digest: string }[]): Stored => ({
    is: 'there',
    image: { digest: of, runnable, attestations: 0 },
    labels: [],
  });
  const answer = (stored: Stored): Partial<Images> => ({ stored: () => Promise.resolve(stored) });
  const both = { platforms: 'linux/amd64,linux/arm64' };
  const index = there(digest('2'), [
    { platform: 'linux/amd64', digest: digest('3') },
    { platform: 'linux/arm64', digest: digest('4') },
  ]);
  /** An index whose second image is answered with this. */
  const second = (stored: Stored): Partial<Images> => ({
    stored: (reference) => {
      const child = there(digest('3'), [{ platform: 'linux/amd64', digest: digest('3') }]);
      return Promise.resolve(reference.endsWith(digest('2')) ? index : reference.endsWith(digest('3')) ? child : stored);
    },
  });

  it.each<readonly [string, Readonly<Record<string, string>>, Partial<Images>, RegExp]>([
    [
      'the builder does not say its digest',
      {},
      { build: () => Promise.resolve({ digest: undefined, metadata: '' }) },
      /did not say which digest it pushed/,
    ],
    ['the registry does not have it', {}, answer({ is: 'absent' }), /agent@sha256:2+: it is not there as an image/],
    ['the registry cannot be asked', {}, answer({ is: 'not-checked', reason: 'it timed out' }), /agent@sha256:2+: it timed out/],
    [
      'a platform is missing',
      both,
      answer(there(digest('2'), [{ platform: 'linux/amd64', digest: digest('3') }])),
      /holds no image for linux\/arm64/,
    ],
    ['the image of a platform is not there', both, second({ is: 'absent' }), /agent@sha256:4+: it is not there as an image/],
    [
      'the image of a platform is another one',
      both,
      second(there(digest('5'), [{ platform: 'linux/arm64', digest: digest('5') }])),
      /agent@sha256:4+: it is not there as an image/,
    ],
  ])('%s', async (_, inputs, other, what) =>
    expect(run('push', { reuse: 'false', ...inputs }, other)).rejects.toMatchObject({
      code: 'IMAGE_NOT_CONFIRMED',
      what: expect.stringMatching(what),
    }),
  );

  it('and with each of its images there, it is one', async () => {
    const sound = second(there(digest('4'), [{ platform: 'linux/arm64', digest: digest('4') }]));
    expect(await run('push', { reuse: 'false', ...both }, sound)).toMatchObject({
      result: { outcome: 'built', image: { digest: digest('2') } },
    });
  });
});
