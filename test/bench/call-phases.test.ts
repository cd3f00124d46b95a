import { expect, it } from '@jest/globals';
import { callPhases } from '../../bench/call-phases.ts';
import { weightWrites } from '../../bench/route-writes.ts';
import { entries } from './entries.ts';

const phases = (calls: readonly string[]) => {
  const all = entries(calls);
  return callPhases(all, weightWrites(all, 'agent', 'agent-canary'));
};

const start = ['get deployments', 'create selfsubjectaccessreviews', 'watch pods', 'create leases', 'update httproutes 0', 'list pods'];
const change = ['patch deployments', 'watch deployments', 'update leases', 'get httproutes'];

it('counts the preflight up to the first write, without permission questions as writes and without watches', () => {
  expect(phases([...start, ...change, 'update httproutes 5']).preflight).toBe(2);
});

it('gives a stage change what comes after the last check, whichever of its two calls ended it', () => {
  const checks = [
    ['list pods', 'get httproutes'],
    ['get httproutes', 'list pods'],
  ];
  for (const check of checks) {
    const { stageChanges } = phases([...start, ...change, 'update httproutes 5', ...check, ...check, ...change, 'update httproutes 25']);
    expect(stageChanges.map(({ weight }) => weight)).toEqual([5, 25]);
    expect(stageChanges[1]?.calls).toEqual(['patch deployments', 'update leases', 'get httproutes', 'update httproutes']);
  }
});

it('gives a stage change the pods that it needs and the look before its weight', () => {
  const grown = ['get deployments', 'update deployments', 'watch pods', 'get httproutes', 'update leases'];
  for (const check of [
    ['list pods', 'get httproutes'],
    ['get httproutes', 'list pods'],
  ]) {
    const { stageChanges } = phases([...start, ...change, 'update httproutes 5', ...check, ...grown, 'update httproutes 25']);
    expect(stageChanges[1]?.calls).toEqual([
      'get deployments',
      'update deployments',
      'get httproutes',
      'update leases',
      'update httproutes',
    ]);
  }
});

it('begins the first change when the canary has been made', () => {
  const { stageChanges } = phases([...start, 'get leases', 'patch deployments', 'update leases', 'get httproutes', 'update httproutes 5']);
  expect(stageChanges).toEqual([{ weight: 5, calls: ['update leases', 'get httproutes', 'update httproutes'] }]);
});

it('gives a held stage its checks and renewals, over the time up to the last of them', () => {
  const steady = ['get httproutes', 'list pods', 'update leases', 'list pods', 'get httproutes'];
  const { held } = phases([...start, ...change, 'update httproutes 5', ...steady, ...change, 'update httproutes 25', 'list pods']);
  expect(held).toEqual([{ weight: 5, calls: 5, seconds: 5 }]);
});
