import { describe, expect, it } from '@jest/globals';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { fingerprintOf, isRelease, newTemplate, setTemplate, withImage } from '../../../src/domain/manifests/release.ts';
import { stable } from '../rollout/deployments.ts';

const template = {
  metadata: { creationTimestamp: null, labels: { app: 'agent' }, annotations: { kept: 'yes' } },
  spec: {
    containers: [
      { name: 'agent', image: 'ignored', envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'theirs' } }] },
      { name: 'proxy', image: 'p' },
    ],
  },
};
const settings = (mode: string, name = 'settings') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { team: 'core' } },
  data: { MODE: mode },
  immutable: false,
});
const wish = { service: 'agent', namespace: 'shop', container: 'agent', image: 'shop/agent@sha256:2', stable: stable() };

describe('a template from manifests', () => {
  const made = newTemplate(template, [settings('new')], wish);
  const [copy] = made.copies;

  it('has the image, the names of its own configuration, and a mark', () => {
    expect(made.template).toEqual({
      metadata: { labels: { app: 'agent' }, annotations: { kept: 'yes', 'wf-deploy.io/template': made.fingerprint } },
      spec: {
        containers: [
          {
            name: 'agent',
            image: wish.image,
            envFrom: [{ configMapRef: { name: copy?.metadata.name } }, { secretRef: { name: 'theirs' } }],
          },
          { name: 'proxy', image: 'p' },
        ],
      },
    });
    expect(fingerprintOf(made.template)).toBe(made.fingerprint);
  });

  it('has its configuration as copies that cannot be changed and belong to stable', () => {
    expect(copy).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: expect.stringMatching(/^settings-[0-9a-z]{14}$/),
        namespace: 'shop',
        labels: { team: 'core', 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'configuration' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent', uid: 'u' }],
      },
      data: { MODE: 'new' },
      immutable: true,
    });
    expect(newTemplate(template, [settings('new', `a${'b'.repeat(252)}`)], wish).copies[0]?.metadata.name.length).toBeLessThanOrEqual(253);
  });

  it('is another one with another content, image or template, and the same one with the same', () => {
    const others = [
      newTemplate(template, [settings('other')], wish),
      newTemplate(template, [settings('new')], { ...wish, image: 'shop/agent@sha256:3' }),
      newTemplate({ ...template, metadata: { labels: { app: 'agent', tier: 'x' } } }, [settings('new')], wish),
    ];
    expect(new Set([made, ...others].map(({ fingerprint }) => fingerprint)).size).toBe(4);
    expect(newTemplate(template, [settings('new')], wish)).toEqual(made);
  });
});

describe('what a Deployment runs', () => {
  const made = newTemplate(template, [], wish);
  const running = { ...stable(), spec: { ...deploymentSpec(stable()), template: made.template } };

  it('is told by image and mark, by the image alone where there is no mark to compare', () => {
    expect(isRelease(running, 'agent', { image: wish.image, template: made.fingerprint })).toBe(true);
    expect(isRelease(running, 'agent', { image: wish.image, template: 'other' })).toBe(false);
    expect(isRelease(running, 'agent', { image: 'shop/agent@sha256:3', template: made.fingerprint })).toBe(false);
    expect(isRelease(stable(), 'agent', { image: 'shop/agent:1' })).toBe(true);
    expect(isRelease(stable(), 'agent', { image: 'shop/agent:1', template: made.fingerprint })).toBe(false);
  });

  it('is changed whole, guarded by the version that was read', () => {
    expect(setTemplate(stable(), made.template)).toEqual([
      { op: 'test', path: '/metadata/resourceVersion', value: '41' },
      { op: 'replace', path: '/spec/template', value: made.template },
    ]);
  });

  it('can be had with another image', () => {
    expect(withImage(template, 'proxy', 'q').spec?.containers?.map(({ image }) => image)).toEqual(['ignored', 'q']);
  });
});
