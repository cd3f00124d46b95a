import { describe, expect, it } from '@jest/globals';
import { remembered, restored } from '../../../src/domain/kubernetes/restored.ts';
import { template, workload } from '../rolling/objects.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

describe('an object as it was', () => {
  const before = workload(
    'deployment',
    { replicas: 3 },
    { metadata: { name: 'agent', namespace: 'shop', uid: 'u1', labels: { a: '1' }, annotations: { note: 'old', [lastApplied]: '{}' } } },
  );
  const now = workload(
    'deployment',
    { replicas: 5, template: template({ api: 'agent:v2' }), paused: true },
    {
      metadata: {
        name: 'agent',
        namespace: 'shop',
        uid: 'u1',
        resourceVersion: '9',
        labels: { a: '2', b: '3' },
        annotations: { note: 'new', 'deployment.kubernetes.io/revision': '4', [lastApplied]: '{"x":1}' },
      },
      status: { replicas: 5 },
    },
  );

  it('has its old fields, labels and annotations, and keeps identity, version, status and what the controller counts', () => {
    const back = restored(now, remembered(before));
    expect(back['spec']).toEqual(before['spec']);
    expect(back['status']).toEqual({ replicas: 5 });
    expect(back.metadata).toEqual({
      name: 'agent',
      namespace: 'shop',
      uid: 'u1',
      resourceVersion: '9',
      labels: { a: '1' },
      annotations: { note: 'old', 'deployment.kubernetes.io/revision': '4', [lastApplied]: '{"x":1}' },
    });
  });

  it('keeps its present size where none is remembered', () => {
    const { replicas: _, ...spec } = before['spec'] as Record<string, unknown>;
    expect(restored(now, { ...remembered(before), spec })['spec']).toMatchObject({ replicas: 5, template: template() });
  });

  it('of a ConfigMap: data that was added is gone', () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };
    const back = restored({ ...config, data: { A: '2', B: '1' }, binaryData: { x: 'eA==' } }, { ...config, data: { A: '1' } });
    expect(back).toMatchObject({ data: { A: '1' } });
    expect(back).not.toHaveProperty('binaryData');
  });
});
