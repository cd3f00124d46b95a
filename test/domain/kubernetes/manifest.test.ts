import { expect, it } from '@jest/globals';
import { annotated, manifestOf } from '../../../src/domain/kubernetes/manifest.ts';

const stored = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'agent',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '4',
    generation: 2,
    managedFields: [{}],
    labels: { app: 'agent' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'core' },
  },
  spec: { a: 1 },
  status: { b: 2 },
};

it('is what a person would write down', () => {
  expect(manifestOf(stored, { spec: { a: 3 } })).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'agent', namespace: 'shop', labels: { app: 'agent' }, annotations: { team: 'core' } },
    spec: { a: 3 },
  });
});

it('leaves out what there is not', () => {
  const bare = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', annotations: {} } };
  expect(manifestOf(bare)).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
});

it('takes further annotations', () => {
  expect(annotated(stored, { team: 'edge', x: 'y' }).metadata.annotations).toMatchObject({ team: 'edge', x: 'y' });
  expect(stored.metadata.annotations.team).toBe('core');
});
