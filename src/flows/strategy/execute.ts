import type { Change } from '../../domain/strategy/changes.ts';
import { changeOfLabels, type LabelledPullRequest } from '../../domain/strategy/labels.ts';
import { Failure } from '../../failure.ts';
import type { ForgeWorld } from '../../ports/worlds/forge.ts';
import { commitOf } from '../lineage/order.ts';
import type { StrategyPlan } from './inputs.ts';

export type Choice =
  | { readonly is: 'chosen'; readonly change: Change; readonly by: string }
  | { readonly is: 'not-chosen'; readonly text: string };

/** Throws CHANGE_AMBIGUOUS, or a FORGE_* code where the labels cannot be read: what is not known is not chosen for anybody. */
export async function executeStrategy(plan: StrategyPlan, world: ForgeWorld): Promise<Choice> {
  if (plan.change !== undefined) return { is: 'chosen', change: plan.change, by: 'the input `change`; labels were not asked for' };
  const requests = await requestsOf(plan, world);
  const found = changeOfLabels(plan.labelPrefix, requests);
  if (!found.ok) throw new Failure('CHANGE_AMBIGUOUS', found.problem, found.remedy);
  const named = requests.map(({ number }) => `#${number}`).join(', ');
  if (found.value === undefined)
    return {
      is: 'not-chosen',
      text:
        requests.length === 0
          ? 'The commit came by no merged pull request, so there are no labels.'
          : `No label of ${named} begins with \`${plan.labelPrefix}\`.`,
    };
  const { change, label, number } = found.value;
  return { is: 'chosen', change, by: `the label \`${label}\` of #${number}` };
}

async function requestsOf({ pullRequest, commit: given }: StrategyPlan, world: ForgeWorld): Promise<readonly LabelledPullRequest[]> {
  const { pullRequests } = world;
  if (pullRequests === undefined)
    throw new Failure('INPUT_INVALID', 'Labels cannot be read without `github-token`.', 'Give it, or give `change`.');
  if (pullRequest !== undefined) return [await pullRequests.numbered(pullRequest)];
  const commit = commitOf(world, { commit: given });
  if (commit === undefined)
    throw new Failure(
      'INPUT_INVALID',
      'It is not known which commit or pull request is meant.',
      'Give `pull-request`, `commit` or `change`.',
    );
  return await pullRequests.ofCommit(commit);
}
