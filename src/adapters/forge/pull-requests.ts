import type { LabelledPullRequest } from '../../domain/strategy/labels.ts';
import { recordOf } from '../../domain/units/record.ts';
import type { PullRequests } from '../../ports/pull-requests.ts';
import { asker, type ForgeAccess, type Question, undocumented } from './ask.ts';

/** GitHub by its REST API. https://docs.github.com/rest/pulls/pulls, /rest/commits/commits */
export function githubPullRequests(access: ForgeAccess): PullRequests {
  const ask = asker(access);
  return {
    async numbered(number, signal) {
      const question: Question = { path: `/pulls/${number}`, permission: 'pull-requests: read' };
      const request = labelled((await ask(question, signal)).body);
      if (request === undefined || request.number !== number) throw undocumented(question, 'no pull request');
      return request;
    },

    /** Of a commit that is on no default branch, GitHub names open ones too, which anybody can make. */
    async ofCommit(commit, signal) {
      const question: Question = { path: `/commits/${commit}/pulls?per_page=20`, permission: 'pull-requests: read' };
      const { body } = await ask(question, signal);
      if (!Array.isArray(body)) throw undocumented(question, 'no list of pull requests');
      return body
        .filter((value) => typeof recordOf(value)?.['merged_at'] === 'string')
        .map((value) => {
          const request = labelled(value);
          if (request === undefined) throw undocumented(question, 'something that is no pull request with its labels');
          return request;
        });
    },
  };
}

/** All or nothing: a label that cannot be read could be the one that contradicts. */
function labelled(value: unknown): LabelledPullRequest | undefined {
  const { number, labels } = recordOf(value) ?? {};
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1 || !Array.isArray(labels)) return undefined;
  const names = labels.map((label) => recordOf(label)?.['name']);
  return names.every((name) => typeof name === 'string') ? { number, labels: names } : undefined;
}
