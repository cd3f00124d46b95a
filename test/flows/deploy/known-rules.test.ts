import { expect, it } from '@jest/globals';
import { SelfSubjectAccessReview } from '../../../src/domain/kubernetes/kinds.ts';
import { knowingRules } from '../../../src/flows/deploy/known-rules.ts';
import { MemoryCluster } from '../memory-cluster/cluster.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { VirtualClock } from '../virtual-clock.ts';

const review = (verb: string, namespace = 'shop') => ({
  do: 'create' as const,
  kind: SelfSubjectAccessReview,
  namespace: undefined,
  object: {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes: { namespace, group: 'apps', resource: 'deployments', subresource: '', verb, name: 'agent' } },
  },
});
const rules = [{ verbs: ['get', 'update'], apiGroups: ['apps'], resources: ['deployments'] }];
const allowed = (answer: object): unknown => (answer as { status?: { allowed?: unknown } }).status?.allowed;

function asked(answer: 'rules' | 'refused') {
  const cluster = new MemoryCluster(new VirtualClock());
  cluster.allows = () => false;
  const write = cluster.write.bind(cluster);
  cluster.write = async (each, signal) => {
    const written = await write(each, signal);
    if (each.do !== 'create' || each.kind.kind !== 'SelfSubjectRulesReview') return written;
    if (answer === 'refused') throw forbidden();
    return { ...written, status: { resourceRules: rules } };
  };
  return { cluster, knowing: knowingRules(cluster, 'shop') };
}

it('asks once for all that is granted, and each by itself that is not', async () => {
  const { cluster, knowing } = asked('rules');
  const answers = [];
  for (const verb of ['get', 'update', 'get', 'delete']) answers.push(allowed(await knowing.write(review(verb))));
  expect(answers).toEqual([true, true, true, false]);
  const calls = cluster.calls.flatMap(({ verb, kind, write }) => (write === undefined ? [] : [`${verb} ${kind}`]));
  expect(calls).toEqual(['create SelfSubjectRulesReview', 'create SelfSubjectAccessReview']);
});

it('what is granted in one namespace says nothing about another', async () => {
  expect(allowed(await asked('rules').knowing.write(review('get', 'other')))).toBe(false);
});

it('where nobody says the rules, everything is asked', async () => {
  expect(allowed(await asked('refused').knowing.write(review('get')))).toBe(false);
});
