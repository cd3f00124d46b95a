import { expect, it } from '@jest/globals';
import { differenceLines } from '../../../src/domain/kubernetes/difference-lines.ts';

const object = (kind: string, fields: object) => ({ apiVersion: 'v1', kind, metadata: { name: 'agent' }, ...fields });

it('shows settings of a workload, and no value that can be secret', () => {
  const before = object('Deployment', {
    spec: { replicas: 3, template: { spec: { containers: [{ name: 'a', env: [{ name: 'K', value: 's3cret' }] }] } } },
  });
  const after = object('Deployment', {
    spec: { replicas: 5, template: { spec: { containers: [{ name: 'a', env: [{ name: 'K', value: 'n3w' }] }] } }, paused: true },
  });
  expect(differenceLines(before, after)).toEqual([
    'spec.replicas: 3 → 5',
    'spec.template.spec.containers.a.env.K.value: changed (values not shown)',
    'spec.paused: not set → true',
  ]);
});

it.each(['ConfigMap', 'Secret', 'Anything'])('of a %s only the names of the fields', (kind) => {
  const lines = differenceLines(object(kind, { data: { A: 'one', B: 'two' } }), object(kind, { data: { A: 'other', C: 'three' } }));
  expect(lines).toEqual(['data.A: changed (values not shown)', 'data.B: removed', 'data.C: added']);
});

it('is not about status, versions and managed fields, and is bounded', () => {
  const before = {
    ...object('Deployment', { spec: {}, status: { replicas: 1 } }),
    metadata: { name: 'agent', resourceVersion: '1', managedFields: [] },
  };
  const after = { ...object('Deployment', { spec: {}, status: { replicas: 2 } }), metadata: { name: 'agent', resourceVersion: '2' } };
  expect(differenceLines(before, after)).toEqual([]);
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index]));
  expect(differenceLines(object('ConfigMap', {}), object('ConfigMap', many))).toHaveLength(41);
});
