import { describe, expect, it } from '@jest/globals';
import { paced, paceProblems, parsePodCount } from '../../../src/domain/rolling/pace.ts';
import { strategyOf } from '../../../src/domain/rolling/strategy.ts';
import { ref, workload } from './objects.ts';

it.each([
  ['0', 0],
  ['1', 1],
  ['25%', '25%'],
  ['100%', '100%'],
  ['007%', '7%'],
])('%s', (text, value) => expect(parsePodCount(text)).toEqual({ ok: true, value }));
it.each(['', '-1', '1.5', '101%', 'a', '%', '1 %'])('%j is refused', (text) => expect(parsePodCount(text).ok).toBe(false));

const both = { maxSurge: 1, maxUnavailable: '25%' };
const none = { maxSurge: undefined, maxUnavailable: undefined };

describe('a workload with a pace', () => {
  it.each([
    ['deployment', 'strategy'],
    ['daemonset', 'updateStrategy'],
  ])('%s keeps it in %s', (word, field) => {
    expect(paced(workload(word), both)['spec']).toMatchObject({ [field]: { type: 'RollingUpdate', rollingUpdate: both } });
    expect(strategyOf(paced(workload(word), both)).rollingUpdate).toEqual(both);
  });

  it('changes only what is given', () => {
    const given = workload('deployment', { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } });
    expect(strategyOf(paced(given, { ...none, maxUnavailable: 1 })).rollingUpdate).toEqual({ maxSurge: 2, maxUnavailable: 1 });
    expect(paced(given, none)).toBe(given);
  });
});

describe('what cannot be', () => {
  it.each<readonly [string, object, object, RegExp]>([
    ['statefulset', {}, both, /one after the other/],
    ['deployment', { strategy: { type: 'Recreate' } }, both, /the strategy Recreate/],
    ['daemonset', { updateStrategy: { type: 'OnDelete' } }, both, /the strategy OnDelete/],
    [
      'deployment',
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
      { ...none, maxUnavailable: '0%' },
      /could never replace a pod/,
    ],
  ])('%s %j', (word, spec, pace, problem) =>
    expect(paceProblems(ref(word), workload(word, spec), { ...none, ...pace })).toEqual([
      expect.objectContaining({ what: expect.stringMatching(problem) }),
    ]),
  );

  it('is nothing where no pace is given, or a CronJob is among them', () => {
    expect(paceProblems(ref('statefulset'), workload('statefulset'), none)).toEqual([]);
    expect(paceProblems(ref('cronjob'), workload('cronjob'), both)).toEqual([]);
    expect(paceProblems(ref('deployment'), workload('deployment'), both)).toEqual([]);
  });
});
