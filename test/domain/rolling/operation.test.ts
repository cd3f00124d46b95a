import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { held, restarted, undone } from '../../../src/domain/rolling/operation.ts';
import { controllerRevision, ref, replicaSet, template, workload } from './objects.ts';

const origin = { run: 'https://x/9', actor: 'someone' };
const cause = 'kubernetes.io/change-cause';

describe('undo', () => {
  const present = workload(
    'deployment',
    { template: template({ api: 'agent:v2' }) },
    { metadata: { name: 'agent', uid: 'u1', annotations: { [cause]: 'second', other: 'x' } } },
  );
  const kept = [replicaSet(1, { api: 'agent:v1' }, { [cause]: 'first' }), replicaSet(2, { api: 'agent:v2' }, { [cause]: 'second' })];

  it('gives the whole template of the revision before, with the reason of that revision', () => {
    const done = undone(ref('deployment'), present, kept, undefined, origin);
    expect(done).toMatchObject({
      is: 'changed',
      said: 'Deployment agent goes back to revision 1 (first).',
      object: {
        spec: { template: template({ api: 'agent:v1' }) },
        metadata: { annotations: { [cause]: 'first', other: 'x', 'wf-deploy.io/run': 'https://x/9', 'wf-deploy.io/actor': 'someone' } },
      },
    });
  });

  it('does not keep the reason of what it takes back', () => {
    const done = undone(ref('deployment'), present, [replicaSet(1, { api: 'agent:v1' }), kept[1] as never], 1, {
      run: undefined,
      actor: undefined,
    });
    expect(done).toMatchObject({ object: { metadata: { annotations: { other: 'x' } } } });
    expect((done as { object: KubernetesObject }).object.metadata.annotations).not.toHaveProperty([cause]);
  });

  it('of a StatefulSet by its ControllerRevisions', () => {
    const kept = [controllerRevision(1, { api: 'agent:v1' }), controllerRevision(2, { api: 'agent:v2' })];
    expect(
      undone(ref('statefulset'), workload('statefulset', { template: template({ api: 'agent:v2' }) }), kept, undefined, origin),
    ).toMatchObject({
      is: 'changed',
      object: { spec: { template: template({ api: 'agent:v1' }) } },
    });
  });

  it('has nothing to do when the template is there already', () =>
    expect(undone(ref('deployment'), present, kept, 2, origin)).toEqual({
      is: 'as-wanted',
      said: 'Deployment agent has the template of revision 2 already.',
    }));

  it.each<readonly [string, object, readonly ReturnType<typeof replicaSet>[], number | undefined, RegExp]>([
    ['deployment', {}, kept, 7, /has no revision 7 \(there are: 2, 1\)/],
    ['deployment', {}, kept.slice(0, 1), undefined, /no revision before the present one \(there are: 1\)/],
    ['deployment', { paused: true }, kept, undefined, /is paused/],
    ['cronjob', {}, [], undefined, /keeps no revisions/],
  ])('%s %j is refused', (word, spec, keepers, number, said) =>
    expect(undone(ref(word), workload(word, spec), keepers, number, origin)).toMatchObject({
      is: 'refused',
      said: expect.stringMatching(said),
    }),
  );
});

describe('restart', () => {
  it('makes every pod anew by an annotation of the template that kubectl knows', () =>
    expect(restarted(ref('daemonset'), workload('daemonset'), '2026-01-01T00:00:00.000Z')).toMatchObject({
      is: 'changed',
      object: { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00.000Z' } } } } },
    }));
  it('is refused of a paused Deployment and of a CronJob', () => {
    expect(restarted(ref('deployment'), workload('deployment', { paused: true }), 'x').is).toBe('refused');
    expect(restarted(ref('cronjob'), workload('cronjob'), 'x').is).toBe('refused');
  });
});

describe('pause and resume', () => {
  it('of a Deployment', () => {
    expect(held(ref('deployment'), workload('deployment'), true)).toMatchObject({ is: 'changed', object: { spec: { paused: true } } });
    const resumed = held(ref('deployment'), workload('deployment', { paused: true }), false);
    expect(resumed.is).toBe('changed');
    expect((resumed as { object: KubernetesObject }).object['spec']).not.toHaveProperty('paused');
  });
  it('do nothing twice', () => {
    expect(held(ref('deployment'), workload('deployment', { paused: true }), true).is).toBe('as-wanted');
    expect(held(ref('deployment'), workload('deployment'), false).is).toBe('as-wanted');
  });
  it.each(['statefulset', 'daemonset', 'cronjob'])('are refused of a %s', (word) =>
    expect(held(ref(word), workload(word), true).is).toBe('refused'),
  );
});
