import { describe, expect, it } from '@jest/globals';
import { missingPlatforms, parseStored, pushedDigest, runningDigest } from '../../../src/domain/build/stored-image.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const entry = (letter: string, platform: unknown, annotations: unknown = undefined) => ({ digest: digest(letter), platform, annotations });
const amd = { os: 'linux', architecture: 'amd64' };
const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' };
const attestation = entry('e', { os: 'unknown', architecture: 'unknown' }, { 'vnd.docker.reference.type': 'attestation-manifest' });
const stored = (document: unknown) => {
  const result = parseStored(digest('a'), document);
  if (!result.ok) throw new Error(result.problem);
  return result.value;
};

describe('what runs', () => {
  it.each([
    ['an image', { config: {}, layers: [] }, 'a'],
    ['an index around one image and its provenance', { manifests: [entry('b', amd), attestation] }, 'b'],
    ['an index of one image', { manifests: [entry('b', amd)] }, 'b'],
    ['an index of several', { manifests: [entry('b', amd), entry('c', arm), attestation] }, 'a'],
  ])('%s', (_, document, letter) => expect(runningDigest(stored(document))).toBe(digest(letter)));

  it.each([
    ['nothing', undefined],
    ['a list', []],
    ['a page', { errors: [] }],
    ['an index of attestations alone', { manifests: [attestation] }],
    ['an index of nothing', { manifests: [] }],
    ['an entry without digest', { manifests: [{ platform: amd }] }],
    ['an entry with another digest', { manifests: [{ digest: 'md5:1', platform: amd }] }],
    ['a configuration', { config: {} }],
  ])('is not to be found in %s', (_, document) => expect(parseStored(digest('a'), document)).toMatchObject({ ok: false }));
});

it('platforms that were ordered are looked for, one alone is the builder’s affair', () => {
  const image = stored({ manifests: [entry('b', amd), entry('c', arm), attestation] });
  expect(image.attestations).toBe(1);
  expect(missingPlatforms(image, ['linux/arm64', 'linux/amd64/v1'])).toEqual([]);
  expect(missingPlatforms(image, ['linux/arm64', 'linux/s390x'])).toEqual(['linux/s390x']);
  expect(missingPlatforms(stored({ config: {}, layers: [] }), ['linux/arm64'])).toEqual([]);
});

it.each([
  [{ 'containerimage.digest': digest('a') }, digest('a')],
  [{ 'containerimage.digest': 'latest' }, undefined],
  [{}, undefined],
  [[], undefined],
])('the metadata %j', (metadata, expected) => expect(pushedDigest(metadata)).toBe(expected));
