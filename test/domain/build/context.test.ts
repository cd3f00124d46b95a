import { expect, it } from '@jest/globals';
import { buildContext } from '../../../src/domain/build/context.ts';

const repository = 'example/agent';
const ours = { default_branch: 'main', full_name: repository };
const of = (ref: string, event: unknown) => buildContext({ ref, sha: 'c0ffee', repository, serverUrl: 'https://github.com', event });
const request = (head: unknown, number: unknown = 7) => ({ repository: ours, pull_request: { number, head } });

it.each([
  ['a branch', 'refs/heads/feature/a', { repository: ours }, { is: 'branch', name: 'feature/a' }, false],
  ['a tag', 'refs/tags/v1.2.3', { repository: ours }, { is: 'tag', name: 'v1.2.3' }, false],
  ['a pull request', 'refs/pull/7/merge', request({ repo: ours }), { is: 'pull-request', number: 7 }, false],
  ['one of a fork', 'refs/pull/7/merge', request({ repo: { full_name: 'stranger/agent' } }), { is: 'pull-request', number: 7 }, true],
  [
    'one of a fork, with the rights of the base',
    'refs/heads/main',
    request({ repo: { full_name: 'stranger/agent' } }),
    { is: 'pull-request', number: 7 },
    true,
  ],
  ['one whose fork is gone', 'refs/pull/7/merge', request({ repo: null }), { is: 'pull-request', number: 7 }, true],
  ['one without a number', 'refs/heads/main', request({ repo: ours }, 'x'), { is: 'other' }, false],
  [
    'one of an owner with capitals',
    'refs/pull/7/merge',
    request({ repo: { full_name: 'Example/Agent' } }),
    { is: 'pull-request', number: 7 },
    false,
  ],
  [
    'a run after that of a fork',
    'refs/heads/main',
    { repository: ours, workflow_run: { head_repository: { full_name: 'stranger/agent' } } },
    { is: 'branch', name: 'main' },
    true,
  ],
  [
    'a run after our own',
    'refs/heads/main',
    { repository: ours, workflow_run: { head_repository: ours } },
    { is: 'branch', name: 'main' },
    false,
  ],
  ['no payload', 'refs/heads/main', undefined, { is: 'branch', name: 'main' }, false],
  ['a pull request without payload', 'refs/pull/9/merge', undefined, { is: 'pull-request', number: 9 }, false],
  ['nothing', '', undefined, { is: 'other' }, false],
] as const)('%s', (_, ref, event, on, fromFork) => {
  expect(of(ref, event)).toMatchObject({ on, fromFork, repository, page: 'https://github.com/example/agent' });
});

it.each([
  ['a push', 'refs/heads/main', { repository: ours }, false],
  ['a pull request', 'refs/pull/7/merge', request({ repo: ours }), true],
  ['one with the rights of the base', 'refs/heads/main', request({ repo: ours }), true],
  ['one whose event is not known', 'refs/pull/7/merge', {}, true],
  ['a comment on one', 'refs/heads/main', { repository: ours, issue: { pull_request: { url: 'x' } } }, true],
  ['a comment on an issue', 'refs/heads/main', { repository: ours, issue: { number: 1 } }, false],
  [
    'a run after that of one',
    'refs/heads/main',
    { repository: ours, workflow_run: { event: 'pull_request', head_repository: ours } },
    true,
  ],
  ['a run after a push', 'refs/heads/main', { repository: ours, workflow_run: { event: 'push', head_repository: ours } }, false],
] as const)('the code of %s is of a pull request, or not', (_, ref, event, fromPullRequest) =>
  expect(of(ref, event)).toMatchObject({ fromPullRequest }),
);
