import { describe, expect, it } from '@jest/globals';
import { isSame, parseWorkload, parseWorkloads, refOf, workloadName, workloadWord } from '../../../src/domain/rolling/workload-ref.ts';
import { kindOf, ref } from './objects.ts';

it.each([
  ['deployment/agent', 'deployment'],
  ['Deployment/agent', 'deployment'],
  ['deploy/agent', 'deployment'],
  ['deployments/agent', 'deployment'],
  ['deployment.apps/agent', 'deployment'],
  ['sts/agent', 'statefulset'],
  ['ds/agent', 'daemonset'],
  ['cronjob.batch/agent', 'cronjob'],
])('%s', (text, word) => expect(parseWorkload(text)).toEqual({ ok: true, value: { of: kindOf(word), name: 'agent' } }));

it.each([
  ['agent', /not kind\/name/],
  ['job/agent', /kind `job`, which is not rolled out/],
  ['deployment/Agent', /whose name is not a Kubernetes name/],
  ['a/b/c', /not kind\/name/],
  ['toString/agent', /kind `toString`/],
])('%s is refused', (text, problem) => expect(parseWorkload(text)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) }));

describe('several', () => {
  it('by commas, spaces and lines', () =>
    expect(parseWorkloads('deployment/a, sts/b\n cronjob/c')).toMatchObject({
      ok: true,
      value: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    }));
  it.each([
    ['deployment/a deploy/a', /names `deploy\/a` twice/],
    [' , ', /names nothing/],
    ['deployment/a, x', /not kind\/name/],
  ])('%j is refused', (text, problem) =>
    expect(parseWorkloads(text)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) }),
  );
});

it('has a name for sentences, one for inputs, and one for the API', () => {
  expect([workloadName(ref('statefulset')), workloadWord(ref('statefulset'))]).toEqual(['StatefulSet agent', 'statefulset/agent']);
  expect(refOf(ref('cronjob'), 'shop')).toMatchObject({ namespace: 'shop', name: 'agent', kind: { resource: 'cronjobs' } });
  expect(isSame(ref('deployment'), ref('statefulset'))).toBe(false);
});
