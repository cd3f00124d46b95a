import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { githubForge } from '../../../src/adapters/forge/github.ts';
import type { DeploymentQuery, NewDeployment } from '../../../src/domain/evidence/deployment.ts';
import { failureOf } from '../thrown.ts';
import { answered, type GithubServer, githubRepository, githubServer, githubToken, line, sha, treeSha } from './github-server.ts';

let github: GithubServer;
beforeAll(async () => {
  github = await githubServer();
});
afterAll(() => github.server.close());
beforeEach(() => {
  github.repository.commits.clear();
  for (const [name, commit] of line(6)) github.repository.commits.set(name, commit);
  github.repository.commits.set(sha(20), { parents: [sha(3)], tree: treeSha(6) });
  github.repository.deployments.length = 0;
  github.denied.clear();
  github.before = () => false;
});

const forge = () =>
  githubForge({
    api: github.server.url,
    repository: githubRepository,
    token: githubToken,
    version: 'test',
    pauseSeconds: 0.01,
    patienceSeconds: 30,
  });

const lookUp = async (question: DeploymentQuery) => (await forge().deployments(question)).found;

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const key = 'b'.repeat(64);
const deployment = (more: Partial<NewDeployment> = {}): NewDeployment => ({
  service: 'agent',
  environment: 'staging',
  image: `registry.example.com/agent@${digest('1')}`,
  digest: digest('1'),
  tree: treeSha(4),
  key,
  commit: sha(4),
  state: 'success',
  description: 'Every stage passed.',
  page: 'https://github.com/example/agent/actions/runs/1/attempts/1',
  ...more,
});
const query = { service: 'agent', environment: 'staging', digest: digest('1'), tree: undefined, key: undefined };

describe('a comparison', () => {
  it.each([
    [2, 5, { is: 'ahead', by: 3 }],
    [5, 2, { is: 'behind', by: 3 }],
    [4, 4, { is: 'identical' }],
    [5, 20, { is: 'diverged', ahead: 1, behind: 2 }],
    [2, 99, { is: 'unknown' }],
    [99, 2, { is: 'unknown' }],
  ])('from %s to %s', async (base, head, expected) => expect(await forge().compare(sha(base), sha(head))).toEqual(expected));

  it.each([
    ['no state', { ahead_by: 1, behind_by: 0 }],
    ['an unknown state', { status: 'newer', ahead_by: 1, behind_by: 0 }],
    ['no counts', { status: 'ahead' }],
    ['a list', []],
    ['null', null],
  ])('with %s is none', async (_, body) => {
    github.before = (_request, response) => answered(response, 200, body);
    expect(await failureOf(forge().compare(sha(1), sha(2)))).toMatchObject({ code: 'FORGE_REFUSED' });
  });
});

it('knows the tree of a commit, and that a commit is not known', async () => {
  expect([await forge().tree(sha(4)), await forge().tree(sha(99))]).toEqual([treeSha(4), undefined]);
});

describe('a deployment', () => {
  it('is put on record by its digest, and found again by it or by its tree and key', async () => {
    await forge().record(deployment());
    const found = {
      id: 1,
      service: 'agent',
      image: deployment().image,
      digest: digest('1'),
      tree: treeSha(4),
      key,
      commit: sha(4),
      state: 'success',
      at: '2026-03-01T10:00:00.000Z',
    };
    expect(await lookUp(query)).toEqual([found]);
    expect(await lookUp({ ...query, digest: digest('9'), tree: treeSha(4), key })).toEqual([found]);
    expect(await lookUp({ ...query, digest: digest('9'), tree: treeSha(4), key: 'c'.repeat(64) })).toEqual([]);
  });

  it('orders nothing of GitHub: no merge, no checks, and no other deployment becomes inactive', async () => {
    await forge().record(deployment());
    expect(github.repository.deployments[0]?.body).toEqual({
      ref: sha(4),
      task: 'wf-deploy:agent',
      auto_merge: false,
      required_contexts: [],
      payload: {
        schema: 'wf-deploy/deployment/v1',
        service: 'agent',
        image: deployment().image,
        digest: digest('1'),
        tree: treeSha(4),
        key,
      },
      environment: 'staging',
      description: 'Every stage passed.',
    });
    expect(github.repository.deployments[0]?.statuses).toEqual([
      {
        state: 'success',
        description: 'Every stage passed.',
        auto_inactive: false,
        log_url: 'https://github.com/example/agent/actions/runs/1/attempts/1',
      },
    ]);
  });

  it.each([
    ['of another digest', deployment({ digest: digest('2'), image: `a/b@${digest('2')}`, tree: undefined })],
    ['of another service', deployment({ service: 'other' })],
    ['of another environment', deployment({ environment: 'production' })],
  ])('%s is not found', async (_, other) => {
    await forge().record(other);
    expect(await lookUp(query)).toEqual([]);
  });

  it('keeps how it ended when later ones make it inactive', async () => {
    await forge().record(deployment());
    github.repository.deployments[0]?.statuses.unshift({ state: 'inactive' });
    expect(await lookUp(query)).toMatchObject([{ state: 'success' }]);
  });

  it.each(['pending', 'in_progress', 'queued', 'nonsense', undefined])('that is %s has not ended', async (state) => {
    await forge().record(deployment());
    const [recorded] = github.repository.deployments;
    recorded?.statuses.splice(0, 9, ...(state === undefined ? [] : [{ state }]));
    expect(await lookUp(query)).toMatchObject([{ state: 'pending' }]);
  });

  it('whose ending was not recorded is no success', async () => {
    github.before = (request, response) =>
      request.url?.endsWith('/statuses') === true && request.method === 'POST' && answered(response, 422, {});
    expect(await failureOf(forge().record(deployment()))).toMatchObject({ code: 'FORGE_REFUSED' });
    github.before = () => false;
    expect(await lookUp(query)).toMatchObject([{ state: 'pending' }]);
  });

  it('newest first, over pages', async () => {
    for (let count = 0; count < 130; count += 1)
      await forge().record(deployment({ digest: digest('7'), image: `a/b@${digest('7')}`, tree: undefined }));
    await forge().record(deployment({ state: 'failure' }));
    for (let count = 0; count < 120; count += 1)
      await forge().record(deployment({ digest: digest('7'), image: `a/b@${digest('7')}`, tree: undefined }));
    await forge().record(deployment());
    expect((await lookUp(query)).map(({ state }) => state)).toEqual(['success', 'failure']);
  }, 60_000);

  it('says of how many of the latest it is, where the record may go on', async () => {
    await forge().record(deployment({ digest: digest('7'), image: `a/b@${digest('7')}`, tree: undefined }));
    const [own] = github.repository.deployments;
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...(own as NonNullable<typeof own>), id: index + 1 }));
    github.repository.deployments.splice(0, 9, ...many(499));
    expect(await forge().deployments(query)).toEqual({ found: [] });
    github.repository.deployments.splice(0, 999, ...many(501));
    expect(await forge().deployments(query)).toEqual({ found: [], ofLast: 500 });
    for (let count = 0; count < 11; count += 1) await forge().record(deployment({ state: 'error' }));
    expect(await forge().deployments(query)).toMatchObject({ found: { length: 10 }, ofLast: 10 });
  }, 60_000);

  it('of GitHub itself, or of other tools, is none of ours', async () => {
    await forge().record(deployment());
    const [own] = github.repository.deployments;
    github.repository.deployments.push(
      ...[
        {},
        '',
        null,
        'null',
        7,
        [],
        { digest: digest('1') },
        { ...(own?.payload as object), digest: digest('3') },
        { ...(own?.payload as object), schema: 'x' },
      ].map((payload, index) => ({ ...(own as NonNullable<typeof own>), id: index + 2, payload })),
    );
    expect((await lookUp(query)).map(({ id }) => id)).toEqual([1]);
  });

  it('whose payload GitHub gives as text is read', async () => {
    await forge().record(deployment());
    const [own] = github.repository.deployments;
    github.repository.deployments[0] = { ...(own as NonNullable<typeof own>), payload: JSON.stringify(own?.payload) };
    expect(await lookUp(query)).toHaveLength(1);
  });

  it('is not looked for by what GitHub ignores: its filter is looked at again', async () => {
    await forge().record(deployment({ environment: 'production' }));
    const found = github.repository.deployments;
    github.before = (request, response) => request.url?.includes('/deployments?') === true && answered(response, 200, found);
    expect(await lookUp(query)).toEqual([]);
  });
});
