import { expect, it } from '@jest/globals';
import { unlisted } from '../../../src/domain/fleet/unlisted.ts';
import { parseWorkload } from '../../../src/domain/rolling/workload-ref.ts';

const ref = (text: string) => {
  const parsed = parseWorkload(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};
const running = (text: string, metadata: object = {}) => ({
  ref: ref(text),
  object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: ref(text).name, ...metadata } },
});

it('names every workload that is neither rolled out nor left alone', () => {
  const [problem, ...more] = unlisted(
    [running('deployment/gateway'), running('deployment/auth'), running('statefulset/db'), running('deployment/front')],
    [ref('deployment/auth')],
    [ref('deployment/front')],
  );
  expect(problem?.what).toBe(
    'Deployment gateway, StatefulSet db run in the namespace and are in no service of the release: they keep the version that they have.',
  );
  expect(more).toEqual([]);
});

it.each([
  ['the same name of another kind is another workload', running('deployment/db'), 1],
  ['ours beside a service is none', running('deployment/auth-canary', { labels: { 'wf-deploy.io/track': 'canary' } }), 0],
  [
    "an operator's is the operator's",
    running('deployment/db-0', { ownerReferences: [{ apiVersion: 'x/v1', kind: 'Database', name: 'db', uid: 'u', controller: true }] }),
    0,
  ],
])('%s', (_, each, count) => expect(unlisted([each], [ref('statefulset/db')], [])).toHaveLength(count));
