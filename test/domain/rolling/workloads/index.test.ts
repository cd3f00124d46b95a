import { expect, it } from '@jest/globals';
import { workloadKinds } from '../../../../src/domain/rolling/workloads/index.ts';
import { workload } from '../objects.ts';

it('an input names a kind by its own word', () => {
  for (const [word, { kind }] of Object.entries(workloadKinds)) expect(word).toBe(kind.kind.toLowerCase());
});

it.each([
  ['deployment', true, 'ReplicaSet'],
  ['statefulset', false, 'ControllerRevision'],
  ['daemonset', false, 'ControllerRevision'],
  ['cronjob', false, undefined],
])('%s', (word, pausable, keeper) => {
  expect(workloadKinds[word]).toMatchObject({ pausable });
  expect(workloadKinds[word]?.keeper?.kind).toBe(keeper);
});

it.each(['statefulset', 'daemonset'])('%s: with OnDelete nobody replaces its pods', (word) => {
  const { unattended } = workloadKinds[word] ?? {};
  expect(unattended?.(workload(word))).toBeUndefined();
  expect(unattended?.(workload(word, { updateStrategy: { type: 'OnDelete' } }))).toMatch(/somebody deletes them/);
});

it('a CronJob waits for its time, and has no pods to be seen', () => {
  expect(workloadKinds['cronjob']?.unattended(workload('cronjob'))).toMatch(/next time/);
  expect(workloadKinds['cronjob']?.status(workload('cronjob'))).toEqual({ is: 'available', ready: 0, replicas: 0 });
});
