import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { cloneOf } from '../../../src/domain/rollout/canary-deployment.ts';
import { type CanaryObjects, inspectCanary } from '../../../src/domain/rollout/canary-inspection.ts';
import { service, stable } from './deployments.ts';

const names = { service: 'agent', namespace: 'shop', canaryService: 'agent-canary', canaryName: 'agent-canary', container: 'agent' };
const versioned = (version: string, selector: object = { matchLabels: { app: 'agent', version } }): KubernetesObject =>
  stable({ selector, labels: { app: 'agent', version } });
const subset = { version: 'v2' };
const sound: CanaryObjects = { stable: versioned('v1'), stableService: service('agent', { app: 'agent' }), subset };
const texts = (objects: CanaryObjects) => inspectCanary(objects, names).problems.map(({ what }) => what);
const named = (object: KubernetesObject): KubernetesObject => ({ ...object, metadata: { name: 'agent-canary', namespace: 'shop' } });

describe('a canary that is a subset beside stable', () => {
  it('may be selected by the Service of stable, and needs none of its own', () => {
    expect(inspectCanary(sound, names)).toEqual({ problems: [], canary: { is: 'absent' }, container: 'agent' });
    const clone = cloneOf(versioned('v1'), subset, { ...names, image: 'shop/agent:2', replicas: 1 });
    expect(inspectCanary({ ...sound, canary: clone }, names)).toEqual({ problems: [], canary: { is: 'ours' }, container: 'agent' });
    expect(inspectCanary({ ...sound, canary: named(versioned('v2')) }, names)).toMatchObject({ problems: [], canary: { is: 'users' } });
  });

  it('has to be selected by that Service', () => {
    const apart = { ...sound, stableService: service('agent', { app: 'agent', version: 'v1' }) };
    expect(texts(apart)).toEqual([
      'Service agent (app=agent,version=v1) would not select the pods of the canary (app=agent,version=v2,wf-deploy.io/service=agent,wf-deploy.io/track=canary): its subset would have no endpoint.',
    ]);
    expect(texts({ ...sound, stableService: service('agent', { app: 'other' }) })[0]).toContain(
      'does not select the pods of Deployment agent',
    );
  });

  it('must not be selected by the Deployment of stable, which can be made again without losing its pods', () => {
    const loose = versioned('v1', { matchLabels: { app: 'agent' } });
    const [problem, ...others] = inspectCanary({ ...sound, stable: loose }, names).problems;
    expect(others).toEqual([]);
    expect(problem?.what).toMatch(/^The selectors of Deployment agent \(app=agent\) and of the canary agent-canary overlap/);
    expect(problem?.remedy).toContain('kubectl delete deployment agent --namespace shop --cascade=orphan');
    const mended = parse(problem!.yaml!) as KubernetesObject;
    expect(mended['spec']).toEqual({ ...(loose['spec'] as object), selector: { matchLabels: { app: 'agent', version: 'v1' } } });
    expect(texts({ ...sound, stable: mended })).toEqual([]);
  });

  it('cannot be told apart without a label', () => {
    const same = stable({ labels: { app: 'agent' }, selector: { matchLabels: { app: 'agent' } } });
    expect(inspectCanary({ ...sound, stable: same }, names).problems[0]).not.toHaveProperty('yaml');
  });

  it('of the user’s own must not share its selector', () => {
    const users = named(versioned('v2', { matchLabels: { app: 'agent' } }));
    expect(texts({ ...sound, canary: users })[0]).toMatch(/overlap/);
  });

  it('must be made anew when its selector would have to change', () => {
    const clone = cloneOf(versioned('v1'), { version: 'v0' }, { ...names, image: 'shop/agent:2', replicas: 1 });
    expect(texts({ ...sound, canary: clone })[0]).toMatch(/does not let a selector be changed/);
  });
});
