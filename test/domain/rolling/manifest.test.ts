import { describe, expect, it } from '@jest/globals';
import * as kinds from '../../../src/domain/kubernetes/kinds.ts';
import { isRoute, type KnownKind, selectManifests } from '../../../src/domain/rolling/manifest.ts';

const known: readonly KnownKind[] = [
  kinds.ConfigMap,
  kinds.Secret,
  kinds.Deployment,
  kinds.Service,
  kinds.Job,
  kinds.HTTPRoute,
  kinds.ServiceAccount,
].map((kind) => ({ kind, namespaced: true }));
const cluster = [{ kind: kinds.Namespace, namespaced: false }];
const manifest = (kind: string, name: string, metadata: object = {}, apiVersion = 'v1') => ({
  object: { apiVersion, kind, metadata: { name, ...metadata } },
  from: `${name}.yaml`,
  digest: 'd',
});
const select = (...manifests: ReturnType<typeof manifest>[]) => selectManifests(manifests, [...known, ...cluster], 'shop');

it('writes first what others need, and otherwise in the order of the files', () => {
  const { applied, skipped, problems } = select(
    manifest('HTTPRoute', 'r', {}, 'gateway.networking.k8s.io/v1'),
    manifest('Deployment', 'b', {}, 'apps/v1'),
    manifest('Deployment', 'a', {}, 'apps/v1'),
    manifest('Service', 's'),
    manifest('ConfigMap', 'c'),
    manifest('ServiceAccount', 'sa'),
  );
  expect(applied.map(({ ref }) => ref.name)).toEqual(['sa', 'c', 's', 'b', 'a', 'r']);
  expect([skipped, problems]).toEqual([[], []]);
  expect(applied[0]?.object.metadata.namespace).toBe('shop');
});

it('what the API server fills in is not wanted, and what a person wrote is', () => {
  const served = { uid: 'u', resourceVersion: '7', generation: 3, creationTimestamp: 'x', managedFields: [] };
  const read = manifest('ConfigMap', 'c', { ...served, finalizers: ['a'], labels: { b: 'c' } });
  const [one] = select({ ...read, object: { ...read.object, data: { A: '1' }, status: {} } as typeof read.object }).applied;
  expect(one?.object).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'shop', finalizers: ['a'], labels: { b: 'c' } },
    data: { A: '1' },
  });
});

describe('nothing is dropped in silence', () => {
  it.each<readonly [ReturnType<typeof manifest>, RegExp]>([
    [manifest('Namespace', 'shop'), /Namespace shop \(shop\.yaml\): it belongs to the whole cluster/],
    [manifest('Job', 'migrate', {}, 'batch/v1'), /runs once/],
    [manifest('ConfigMap', 'h', { annotations: { 'helm.sh/hook': 'pre-install' } }), /hook of a Helm chart \(pre-install\)/],
  ])('skipped: %j', (one, why) => expect(select(one)).toMatchObject({ applied: [], problems: [], skipped: [expect.stringMatching(why)] }));

  it.each<readonly [ReturnType<typeof manifest>, RegExp]>([
    [manifest('ConfigMap', 'c', { namespace: 'other' }), /is for the namespace other, and this run is for shop/],
    [manifest('Widget', 'w', {}, 'example.com/v1'), /a kind that this cluster does not have: example\.com\/v1/],
    [manifest('Deployment', 'd', {}, 'apps/v1beta1'), /a kind that this cluster does not have/],
  ])('a problem: %j', (one, what) => expect(select(one)).toMatchObject({ applied: [], problems: [{ what: expect.stringMatching(what) }] }));

  it('an object that is there twice is a problem', () =>
    expect(select(manifest('ConfigMap', 'c'), manifest('ConfigMap', 'c')).problems).toHaveLength(1));
});

it('knows what moves traffic', () => {
  const ref = (kind: typeof kinds.Ingress) => ({ kind, namespace: 'shop', name: 'x' });
  expect([kinds.HTTPRoute, kinds.VirtualService, kinds.Ingress, kinds.Service].map((kind) => isRoute(ref(kind)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
