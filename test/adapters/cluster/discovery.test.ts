import { expect, it } from '@jest/globals';
import { kubernetesDiscovery } from '../../../src/adapters/cluster/discovery.ts';
import { Failure } from '../../../src/failure.ts';

const answering = (answer: () => unknown) => {
  const paths: string[] = [];
  const discovery = kubernetesDiscovery({
    json: ({ path }) => {
      paths.push(path);
      return Promise.resolve().then(answer) as never;
    },
  });
  return { discovery, paths };
};

const resources = [
  { name: 'deployments', kind: 'Deployment', namespaced: true },
  { name: 'deployments/scale', kind: 'Scale', namespaced: true },
];

it.each([
  ['v1', '/api/v1'],
  ['apps/v1', '/apis/apps/v1'],
])('asks for the kinds of %s, and leaves subresources out', async (apiVersion, path) => {
  const { discovery, paths } = answering(() => ({ kind: 'APIResourceList', resources }));
  expect(await discovery.kinds(apiVersion)).toEqual([
    { kind: { apiVersion, kind: 'Deployment', resource: 'deployments' }, namespaced: true },
  ]);
  expect(paths).toEqual([path]);
});

it('a group that is not there has none', async () => {
  const { discovery } = answering(() => {
    throw new Failure('CLUSTER_NOT_FOUND', 'a', 'b');
  });
  expect(await discovery.kinds('example.com/v1')).toEqual([]);
});

it('any other trouble is said', async () => {
  const { discovery } = answering(() => {
    throw new Failure('CLUSTER_FORBIDDEN', 'a', 'b');
  });
  await expect(discovery.kinds('v1')).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
  await expect(answering(() => ({})).discovery.kinds('v1')).rejects.toMatchObject({ code: 'CLUSTER_BROKEN' });
});

it('a version is no way to somewhere else', async () => {
  await expect(answering(() => ({ resources })).discovery.kinds('../secrets')).rejects.toMatchObject({ code: 'INTERNAL' });
});
