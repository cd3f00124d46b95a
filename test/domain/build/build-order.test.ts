import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BuildInputs, type BuildOrder, buildCommand, buildKeyText, treeTag } from '../../../src/domain/build/build-order.ts';

const inputs: BuildInputs = {
  context: '.',
  dockerfile: 'Dockerfile',
  target: undefined,
  platforms: [],
  arguments: {},
  secrets: [],
  provenance: 'min',
  sbom: true,
};
const order: BuildOrder = {
  ...{
    inputs,
    name: 'ghcr.io/example/agent',
    tags: ['main'],
    labels: {},
    cache: 'none',
    push: true,
    leavesLayers: true,
    builder: undefined,
    metadataFile: '/t/m.json',
  },
};
const text = (some: Partial<BuildOrder>, more: Partial<BuildInputs> = {}) =>
  buildCommand({ ...order, ...some, inputs: { ...inputs, ...more } }).join(' ');

describe('the command', () => {
  it('pushes what it is told to, with what attests to it', () => {
    expect(text({})).toBe(
      'buildx build --file Dockerfile --tag ghcr.io/example/agent:main --provenance=mode=min --sbom=true --push --metadata-file /t/m.json --progress=plain -- .',
    );
  });

  it.each<[string, Partial<BuildOrder>, Partial<BuildInputs>, string]>([
    ['no push', { push: false }, {}, '--output=type=cacheonly'],
    ['no attestation', {}, { provenance: 'off', sbom: false }, '--provenance=false --sbom=false'],
    ['platforms', {}, { platforms: ['linux/amd64', 'linux/arm64'] }, '--platform linux/amd64,linux/arm64'],
    ['a builder and a stage', { builder: 'b' }, { target: 't' }, '--builder b --file Dockerfile --target t'],
    [
      'arguments, secrets and labels',
      { labels: { a: 'b c' } },
      {
        arguments: { V: '1' },
        secrets: [
          { id: 's', from: 'environment', name: 'S' },
          { id: 'f', from: 'file', path: 'p' },
        ],
      },
      '--build-arg V=1 --secret id=s,env=S --secret id=f,src=p --label a=b c',
    ],
    [
      'the cache of the platform',
      { cache: 'gha' },
      {},
      '--cache-from type=gha,scope=ghcr.io/example/agent --cache-to type=gha,scope=ghcr.io/example/agent,mode=max,ignore-error=true',
    ],
    [
      'a cache in the registry',
      { cache: 'registry' },
      {},
      '--cache-from type=registry,ref=ghcr.io/example/agent:buildcache --cache-to type=registry,ref=ghcr.io/example/agent:buildcache,mode=max,ignore-error=true,image-manifest=true,oci-mediatypes=true',
    ],
  ])('%s', (_, some, more, part) => expect(text(some, more)).toContain(part));

  it('writes no cache where it may not push', () => {
    for (const cache of ['gha', 'registry'] as const) expect(text({ cache, push: false })).not.toContain('--cache-to');
    expect(text({ cache: 'registry', leavesLayers: false })).not.toContain('--cache-to');
    expect(text({ cache: 'registry', leavesLayers: false })).toContain('--cache-from');
    expect(text({ push: false })).not.toContain('--push');
  });
});

describe('the key', () => {
  it('is the same for the same build, however it is written', () => {
    const one = { ...inputs, platforms: ['a/b', 'c/d'], arguments: { A: '1', B: '2' } };
    const other = { ...inputs, platforms: ['c/d', 'a/b'], arguments: { B: '2', A: '1' } };
    expect(buildKeyText('t', one)).toBe(buildKeyText('t', other));
  });

  it('is another one for every other build', () => {
    const variations: readonly Partial<BuildInputs>[] = [
      ...[
        { context: 'a' },
        { dockerfile: 'D' },
        { target: 'x' },
        { platforms: ['a/b'] },
        { arguments: { A: '1' } },
        { arguments: { A: '2' } },
      ],
      ...[{ arguments: { A1: '' } }, { secrets: [{ id: 's', from: 'environment' as const, name: 'S' }] }, { target: '' }],
    ];
    const keys = [
      buildKeyText('t', inputs),
      buildKeyText('u', inputs),
      ...variations.map((each) => buildKeyText('t', { ...inputs, ...each })),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has no two ways of being put together', () => {
    const word = fc.string({ maxLength: 4 });
    const some = fc.record({ tree: word, context: word, dockerfile: word, arguments: fc.dictionary(word, word, { maxKeys: 2 }) });
    fc.assert(
      fc.property(some, some, (one, other) => {
        const key = ({ tree, ...rest }: typeof one): string => buildKeyText(tree, { ...inputs, ...rest });
        const sorted = (each: typeof one) =>
          JSON.stringify([each.tree, each.context, each.dockerfile, Object.entries(each.arguments).sort()]);
        expect(key(one) === key(other)).toBe(sorted(one) === sorted(other));
      }),
    );
  });

  it('is that of the image; what is attested beside it is only in its tag', () => {
    expect(buildKeyText('t', { ...inputs, provenance: 'off', sbom: false })).toBe(buildKeyText('t', inputs));
    const tags = (['off', 'min', 'max'] as const).flatMap((provenance) =>
      [true, false].map((sbom) => treeTag('ab'.repeat(32), { ...inputs, provenance, sbom })),
    );
    expect(new Set(tags).size).toBe(6);
    expect(tags.every((tag) => /^tree-(ab){16}(-min|-max)?(-sbom)?$/.test(tag))).toBe(true);
  });
});
