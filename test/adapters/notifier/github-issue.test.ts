import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { githubIssueNotifier } from '../../../src/adapters/notifier/github-issue.ts';
import type { Alert } from '../../../src/ports/notifier.ts';
import { answer, bodyOf, type Loopback, loopback } from '../loopback.ts';
import { failureBy } from '../thrown.ts';

interface Issue {
  readonly number: number;
  state: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly comments: string[];
  readonly pull_request?: object;
}

let issues: Issue[] = [];
let server: Loopback;

/** The four calls of the REST API, with what they do. */
beforeAll(async () => {
  server = await loopback((request, response) => {
    const url = new URL(request.url ?? '', server.url);
    const [, number, comments] = /\/repos\/org\/shop\/issues(?:\/([0-9]+))?(\/comments)?$/.exec(url.pathname) ?? [];
    if (request.headers.authorization !== 'Bearer token-1') return answer(response, 401, {});
    if (request.method === 'GET') {
      const asked = issues.filter(({ labels }) => labels.includes(url.searchParams.get('labels') ?? ''));
      const [size, page] = [Number(url.searchParams.get('per_page')), Number(url.searchParams.get('page'))];
      return answer(response, 200, asked.toReversed().slice((page - 1) * size, page * size));
    }
    void bodyOf(request).then((text) => {
      const body = JSON.parse(text);
      const found = issues.find((issue) => issue.number === Number(number));
      if (number === undefined) issues.push({ number: issues.length + 1, state: 'open', comments: [], ...body });
      else if (comments !== undefined) found?.comments.push(body.body);
      else if (found !== undefined) found.state = body.state;
      answer(response, 201, {});
    });
  });
});
afterAll(() => server.close());
beforeEach(() => {
  issues = [];
  server.requests.length = 0;
});

const alert = (more: Partial<Alert> = {}): Alert => ({
  severity: 'warning',
  service: 'agent',
  namespace: 'shop',
  run: 'page',
  title: 'agent: rolled-back',
  message: 'why',
  facts: {},
  at: '2026-11-22T07:00:00.000Z',
  ...more,
});
const tell = (more: Partial<Alert> = {}, environment?: string) =>
  githubIssueNotifier(
    { kind: 'github-issue', token: 'token-1', repository: 'org/shop', ...(environment === undefined ? {} : { environment }) },
    { api: server.url, repository: undefined },
    { patienceSeconds: 60 },
  ).send(alert(more));
const standing = () => issues.map(({ state, comments }) => [state, comments.length]);

it('one issue for each service and environment, and a comment for each further ending', async () => {
  await tell();
  await tell();
  await tell({ severity: 'critical' });
  expect(standing()).toEqual([['open', 2]]);
  expect(issues[0]?.title).toBe('agent in shop: canary taken back');
  await tell({ service: 'agent-two' });
  await tell({ namespace: 'shop-two' });
  await tell({}, 'production');
  await tell({}, 'production');
  expect(standing()).toEqual([
    ['open', 2],
    ['open', 0],
    ['open', 0],
    ['open', 1],
  ]);
});

it('a closed issue is opened again; an open one is taken before it', async () => {
  await tell();
  issues[0]!.state = 'closed';
  await tell();
  expect(standing()).toEqual([['open', 1]]);
  issues[0]!.state = 'closed';
  issues.push({ ...issues[0]!, number: 2, state: 'open', comments: [] });
  await tell();
  expect(standing()).toEqual([
    ['closed', 1],
    ['open', 1],
  ]);
});

it('a good ending opens no issue, and closes none', async () => {
  await tell({ severity: 'info' });
  expect(issues).toEqual([]);
  await tell();
  issues[0]!.state = 'closed';
  await tell({ severity: 'info' });
  expect(standing()).toEqual([['closed', 1]]);
});

it('is not misled by others: a quoted marker, a pull request, an issue without the label', async () => {
  const marker = '<!-- wf-deploy: agent in shop -->';
  const other = { title: 't', state: 'open', comments: [] };
  issues = [
    { ...other, number: 1, body: `> ${marker}`, labels: ['wf-deploy'], comments: [] },
    { ...other, number: 2, body: marker, labels: ['wf-deploy'], pull_request: {}, comments: [] },
    { ...other, number: 3, body: marker, labels: [], comments: [] },
  ];
  await tell();
  expect(issues.map(({ comments }) => comments.length)).toEqual([0, 0, 0, 0]);
});

it('finds its issue behind a page of others', async () => {
  await tell();
  for (let number = 2; number <= 130; number += 1)
    issues.push({ number, state: 'closed', title: 't', body: 'b', labels: ['wf-deploy'], comments: [] });
  await tell();
  expect(issues[0]?.comments).toHaveLength(1);
  expect(issues).toHaveLength(130);
});

it('needs to know its repository', () => {
  const make = () => githubIssueNotifier({ kind: 'github-issue', token: 't' }, { api: server.url, repository: undefined });
  expect(failureBy(make).remedy).toContain('repository: owner/name');
});
