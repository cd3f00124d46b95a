import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BuildContext } from '../../../src/domain/build/context.ts';
import { imageTags, isTag } from '../../../src/domain/build/tags.ts';

const commit = '7e1f0c5d8a34b96221a0c8f4be7a95d03c6e1f28';
const short = '7e1f0c5';
const context = (on: BuildContext['on'], defaultBranch: string | undefined = 'main'): BuildContext => ({
  ...{
    on,
    defaultBranch,
    commit,
    fromFork: false,
    fromPullRequest: false,
    repository: 'example/agent',
    page: 'https://github.com/example/agent',
  },
});
const branch = (name: string) => ({ is: 'branch', name }) as const;
const tag = (name: string) => ({ is: 'tag', name }) as const;

describe('tags', () => {
  it.each<[string, BuildContext['on'], readonly string[]]>([
    ['the default branch', branch('main'), ['main', 'latest', short]],
    ['another branch', branch('feature/über-alles'), ['feature-ber-alles', short]],
    ['a branch that is called latest', branch('latest'), ['branch-latest', short]],
    ['a branch that is called as a pull request', branch('pr-7'), ['branch-pr-7', short]],
    ['a branch that is called as a build key', branch('tree-0a'), ['branch-tree-0a', short]],
    ['a branch that is called as a version', branch('v1.2.3'), ['branch-v1.2.3', short]],
    ['a branch that is called as a part of one', branch('1.2'), ['branch-1.2', short]],
    ['a branch that is called as a commit', branch('abcdef0'), ['branch-abcdef0', short]],
    ['a branch of nothing that a tag may hold', branch('...'), ['branch-', short]],
    ['a pull request', { is: 'pull-request', number: 7 }, ['pr-7', short]],
    ['a version', tag('v1.2.3'), ['1.2.3', '1.2', '1', short]],
    ['a version without v', tag('1.2.3'), ['1.2.3', '1.2', '1', short]],
    ['a version before 1', tag('v0.4.1'), ['0.4.1', '0.4', short]],
    ['a version that is not released', tag('v1.2.3-rc.1'), ['1.2.3-rc.1', short]],
    ['a version with build metadata', tag('v1.2.3+5'), ['1.2.3', '1.2', '1', short]],
    ['a tag that is no version', tag('nightly'), ['nightly', short]],
    ['a tag that is called latest', tag('latest'), ['tag-latest', short]],
    ['something else', { is: 'other' }, [short]],
  ])('of %s', (_, on, tags) => expect(imageTags(context(on), commit)).toEqual(tags));

  it('are only those of the commit when another one is checked out', () => {
    const other = 'a'.repeat(40);
    expect(imageTags(context(branch('main')), other)).toEqual(['aaaaaaa']);
    expect(imageTags(context(tag('v1.2.3')), other)).toEqual(['aaaaaaa']);
    expect(imageTags(context({ is: 'pull-request', number: 7 }), other)).toEqual(['pr-7', 'aaaaaaa']);
  });

  it('are never latest, a pull request, a key, a commit or a version for a branch that is not the default one', () => {
    const names = fc.oneof(
      fc.string({ minLength: 1, maxLength: 200 }),
      fc.stringMatching(/^(latest|pr-\d|tree-[0-9a-f]{2,}|v?\d\.\d(\.\d)?(-rc)?|[0-9a-f]{7})$/),
    );
    fc.assert(
      fc.property(names, (name) => {
        fc.pre(name !== 'main');
        const [first = ''] = imageTags(context(branch(name)), commit);
        expect(isTag(first)).toBe(true);
        expect(first).not.toMatch(/^(?:latest|pr-\d+|tree-.*|buildcache|[0-9a-f]{7}|\d+(?:\.\d+)?|v?\d+\.\d+\.\d+(?:[-+].*)?)$/);
      }),
      { numRuns: 2000 },
    );
  });
});
