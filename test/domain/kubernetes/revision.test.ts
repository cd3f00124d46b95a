import { describe, expect, it } from '@jest/globals';
import { revisionsOf, revisionToReturnTo } from '../../../src/domain/kubernetes/revision.ts';
import { controllerRevision, replicaSet, template, workload } from '../rolling/objects.ts';

describe('of a Deployment', () => {
  const kept = [replicaSet(1, { api: 'agent:v1' }), replicaSet(3, { api: 'agent:v3' }, { note: 'x' }), replicaSet(2, { api: 'agent:v2' })];

  it('newest first, with the whole template but for the label that the controller added', () => {
    const revisions = revisionsOf(workload('deployment'), kept);
    expect(revisions.map(({ number }) => number)).toEqual([3, 2, 1]);
    expect(revisions[0]).toEqual({
      number: 3,
      name: 'agent-3',
      template: template({ api: 'agent:v3' }),
      createdAt: '2026-01-03T00:00:00Z',
      annotations: { 'deployment.kubernetes.io/revision': '3', note: 'x' },
      podLabel: { key: 'pod-template-hash', value: 'h3' },
    });
  });

  it('leaves out what another Deployment controls, and what has no number yet', () => {
    const { annotations: _, ...metadata } = replicaSet(5, {}).metadata;
    expect(revisionsOf(workload('deployment'), [replicaSet(4, {}, {}, 'other'), { ...replicaSet(5, {}), metadata }])).toEqual([]);
  });

  it('undo goes to the one before the newest, or to the one that is named', () => {
    const revisions = revisionsOf(workload('deployment'), kept);
    expect(revisionToReturnTo(revisions, undefined)?.number).toBe(2);
    expect(revisionToReturnTo(revisions, 1)?.number).toBe(1);
    expect(revisionToReturnTo(revisions, 7)).toBeUndefined();
    expect(revisionToReturnTo(revisions.slice(0, 1), undefined)).toBeUndefined();
  });
});

describe('of what keeps ControllerRevisions', () => {
  const kept = [controllerRevision(1, { api: 'agent:v1' }), controllerRevision(2, { api: 'agent:v2' })];

  it.each([
    ['statefulset', 'agent-h2'],
    ['daemonset', 'h2'],
  ])('%s: without the marks of the patch, and with the label of its pods', (word, value) => {
    const [newest] = revisionsOf(workload(word), kept);
    expect(newest).toMatchObject({
      number: 2,
      template: template({ api: 'agent:v2' }),
      podLabel: { key: 'controller-revision-hash', value },
    });
    expect(newest?.template).not.toHaveProperty('$patch');
  });
});
