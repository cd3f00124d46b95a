import { describe, expect, it } from '@jest/globals';
import type { LabelledPullRequest } from '../../../src/domain/strategy/labels.ts';
import { executeStrategy } from '../../../src/flows/strategy/execute.ts';
import type { StrategyPlan } from '../../../src/flows/strategy/inputs.ts';
import type { ForgeWorld } from '../../../src/ports/worlds/forge.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { commit, forgeDown } from '../lineage/forge.ts';
import { stage } from '../stand-ins.ts';

const plan = (more: Partial<StrategyPlan> = {}): StrategyPlan => ({
  change: undefined,
  pullRequest: undefined,
  commit: undefined,
  labelPrefix: 'change:',
  ...more,
});

function forged(answer: () => readonly LabelledPullRequest[], own = commit(4)) {
  const asked: string[] = [];
  const ask = (what: string) => {
    asked.push(what);
    return Promise.resolve().then(answer);
  };
  const pullRequests: ForgeWorld['pullRequests'] = {
    numbered: async (number) => (await ask(`#${number}`))[0] as LabelledPullRequest,
    ofCommit: (name) => ask(name),
  };
  return { asked, world: { ...stage({ commit: own }).world, pullRequests } };
}

it('the input stands above labels, and nobody is asked', async () => {
  const { asked, world } = forged(() => [{ number: 1, labels: ['change: major'] }]);
  expect(await executeStrategy(plan({ change: 'daily' }), world)).toMatchObject({ is: 'chosen', change: 'daily' });
  expect(asked).toEqual([]);
});

it.each([
  ['the run’s own commit', plan(), commit(4)],
  ['another commit', plan({ commit: commit(9) }), commit(9)],
  ['a pull request', plan({ pullRequest: 12, commit: commit(9) }), '#12'],
])('asks about %s', async (_, wish, asks) => {
  const { asked, world } = forged(() => [{ number: 12, labels: ['change: schema'] }]);
  expect(await executeStrategy(wish, world)).toEqual({ is: 'chosen', change: 'schema', by: 'the label `change: schema` of #12' });
  expect(asked).toEqual([asks]);
});

it.each([
  ['no pull request', [], /no merged pull request/],
  ['no label', [{ number: 3, labels: ['bug'] }], /No label of #3 begins with `change:`/],
])('%s is an answer', async (_, found, text) =>
  expect(await executeStrategy(plan(), forged(() => found).world)).toEqual({ is: 'not-chosen', text: expect.stringMatching(text) }),
);

describe('stops', () => {
  it.each([
    ['contradicting labels', { number: 3, labels: ['change: daily', 'change: major'] }],
    ['a label that is not known', { number: 3, labels: ['change: hotfx'] }],
  ])('for %s', async (_, found) =>
    expect(await failureOf(executeStrategy(plan(), forged(() => [found]).world))).toMatchObject({ code: 'CHANGE_AMBIGUOUS' }),
  );

  it('where the forge gives no answer', async () => {
    const { world } = forged(() => {
      throw forgeDown();
    });
    expect(await failureOf(executeStrategy(plan(), world))).toMatchObject({ code: 'FORGE_UNREACHABLE' });
  });

  it('where nobody knows which commit', async () =>
    expect(await failureOf(executeStrategy(plan(), forged(() => [], 'main').world))).toMatchObject({ code: 'INPUT_INVALID' }));

  it('without a token', async () =>
    expect(await failureOf(executeStrategy(plan(), { ...stage().world, pullRequests: undefined }))).toMatchObject({
      code: 'INPUT_INVALID',
    }));
});
