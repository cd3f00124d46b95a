import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Deployment, Secret, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { type Change, isRenewed, type WorkloadWish, wanted, wayBackOf } from '../../../src/domain/rolling/change.ts';
import { ref, template, workload } from './objects.ts';

const target = { kind: Deployment, namespace: 'shop', name: 'agent' };
const wish = (more: Partial<WorkloadWish> = {}): WorkloadWish => ({
  ref: ref('deployment'),
  images: { api: 'agent:v2' },
  pace: { maxSurge: undefined, maxUnavailable: undefined },
  digests: new Map(),
  origin: { changeCause: 'because', run: 'https://x/1', actor: 'someone' },
  ...more,
});
const notes = { 'kubernetes.io/change-cause': 'because', 'wf-deploy.io/run': 'https://x/1', 'wf-deploy.io/actor': 'someone' };
const annotationsOf = (object: KubernetesObject) => templateOf(object).metadata?.annotations;
const reading = template(
  { api: 'agent:v1' },
  { containers: [{ name: 'api', image: 'agent:v1', envFrom: [{ configMapRef: { name: 'c' } }] }] },
);
const checksum = 'wf-deploy.io/config-checksum';

describe('an edit', () => {
  const edit: Change = { do: 'edit', ref: target, workload: wish() };
  it('changes the image, and says where the new template comes from', () => {
    const object = wanted(edit, workload('deployment'), true);
    expect(imagesOf(templateOf(object))).toEqual({ api: 'agent:v2' });
    expect(object.metadata.annotations).toEqual(notes);
  });
  it('says nothing when the template stays', () =>
    expect(wanted(edit, workload('deployment'), false).metadata.annotations).toBeUndefined());
  it('of a workload that reads an applied ConfigMap says which content', () => {
    const digests = new Map([['ConfigMap/c', '0'.repeat(64)]]);
    const object = wanted({ ...edit, workload: wish({ images: {}, digests }) }, workload('deployment', { template: reading }), true);
    expect(annotationsOf(object)).toEqual({ [checksum]: `ConfigMap/c=${'0'.repeat(16)}` });
  });
});

describe('an apply', () => {
  const manifest = workload('deployment', { template: reading });
  const apply: Change = { do: 'apply', ref: target, manifest, workload: wish() };
  const present = workload(
    'deployment',
    { template: { ...reading, metadata: { labels: { app: 'agent' }, annotations: { [checksum]: 'ConfigMap/c=old' } } } },
    { metadata: { name: 'agent', annotations: { 'kubernetes.io/change-cause': 'before', 'wf-deploy.io/run': 'r', note: 'x' } } },
  );

  it('is the manifest with the images', () => expect(imagesOf(templateOf(wanted(apply, undefined, true)))).toEqual({ api: 'agent:v2' }));
  it('of anything else is the manifest as it is', () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { A: '1' } };
    expect(wanted({ do: 'apply', ref: { ...target, kind: ConfigMap }, manifest: config }, undefined, false)).toBe(config);
  });
  it('keeps what is said about a configuration that is not among the manifests', () =>
    expect(annotationsOf(wanted(apply, present, true))).toEqual({ [checksum]: 'ConfigMap/c=old' }));
  it('says anew what it knows better', () =>
    expect(
      annotationsOf(wanted({ ...apply, workload: wish({ digests: new Map([['ConfigMap/c', '1'.repeat(64)]]) }) }, present, true)),
    ).toEqual({ [checksum]: `ConfigMap/c=${'1'.repeat(16)}` }));
  it('keeps where the template comes from as long as it stays, and nothing of others', () =>
    expect(wanted(apply, present, false).metadata.annotations).toEqual({
      'kubernetes.io/change-cause': 'before',
      'wf-deploy.io/run': 'r',
    }));
  it('is where the template comes from when it changes', () => expect(wanted(apply, present, true).metadata.annotations).toEqual(notes));
});

it('pods are renewed when the template differs, and by nothing else', () => {
  expect(isRenewed(workload('deployment', { replicas: 1 }), workload('deployment', { replicas: 5 }))).toBe(false);
  expect(isRenewed(workload('deployment'), workload('deployment', { template: template({ api: 'agent:v2' }) }))).toBe(true);
  expect(isRenewed(undefined, workload('deployment'))).toBe(true);
});

it('goes back with what pods read first, then with the last first', () => {
  const kinds = [Secret, ConfigMap, Service, Deployment, Deployment];
  expect(wayBackOf(kinds.map((kind) => ({ ref: { ...target, kind } })))).toEqual([1, 0, 4, 3, 2]);
});
