import { expect, it } from '@jest/globals';
import { historyOf } from '../../../src/domain/rolling/history-rows.ts';
import { replicaSet, workload } from './objects.ts';

it('says of each revision what it ran, since when, why and by whom', () => {
  const kept = [
    replicaSet(1, { api: 'agent:v1' }),
    replicaSet(
      2,
      { api: 'agent:v2' },
      { 'kubernetes.io/change-cause': 'because', 'wf-deploy.io/actor': 'someone', 'wf-deploy.io/run': 'https://x/1' },
    ),
  ];
  expect(historyOf(workload('deployment'), kept)).toEqual([
    {
      revision: 2,
      current: true,
      images: { api: 'agent:v2' },
      since: '2026-01-02T00:00:00Z',
      changeCause: 'because',
      by: 'someone',
      run: 'https://x/1',
    },
    {
      revision: 1,
      current: false,
      images: { api: 'agent:v1' },
      since: '2026-01-01T00:00:00Z',
      changeCause: undefined,
      by: undefined,
      run: undefined,
    },
  ]);
});
