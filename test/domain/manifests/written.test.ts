import { describe, expect, it } from '@jest/globals';
import { objectsIn } from '../../../src/domain/manifests/written.ts';

const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };

describe('the objects of a file', () => {
  it('are those of its documents, and of its lists at any depth', () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [config, { apiVersion: 'v1', kind: 'ConfigMapList', items: [config] }] };
    expect(objectsIn([config, list], 'a.yaml')).toEqual({ objects: [config, config, config], problems: [] });
  });

  it.each<[string, unknown, string]>([
    ['a number', 1, 'a document in a.yaml has no `apiVersion` and `kind`.'],
    ['a list', [config], 'a document in a.yaml has no `apiVersion` and `kind`.'],
    ['values of a chart', { replicas: 3 }, 'a document in a.yaml has no `apiVersion` and `kind`.'],
    ['no name', { ...config, metadata: {} }, 'a document in a.yaml of kind ConfigMap has no usable `metadata.name`.'],
    [
      'a path for a name',
      { ...config, metadata: { name: '../x' } },
      'a document in a.yaml of kind ConfigMap has no usable `metadata.name`.',
    ],
    [
      'a number for a namespace',
      { ...config, metadata: { name: 'a', namespace: 1 } },
      'a document in a.yaml ConfigMap a has a `metadata.namespace` that is no text.',
    ],
    [
      'a Kustomization',
      { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' },
      'a.yaml is a Kustomization, and not an object of the cluster.',
    ],
  ])('are not %s', (_, document, what) => {
    const { objects, problems } = objectsIn([document], 'a.yaml');
    expect([objects, problems.map((problem) => problem.what)]).toEqual([[], [`\`manifests\`: ${what}`]]);
  });
});
