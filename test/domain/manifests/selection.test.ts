import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { selectManifests } from '../../../src/domain/manifests/selection.ts';

const names = { namespace: 'shop', stableName: 'agent' };
const object = (kind: string, name: string, more: object = {}, apiVersion = 'v1'): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});
const template = { spec: { containers: [{ name: 'agent', envFrom: [{ configMapRef: { name: 'settings' } }] }] } };
const deployment = object(
  'Deployment',
  'agent',
  { spec: { replicas: 3, selector: {}, strategy: { type: 'Recreate' }, template } },
  'apps/v1',
);

describe('what is taken of manifests', () => {
  it('is the template and the configuration that it names; the rest is named', () => {
    const settings = object('ConfigMap', 'settings');
    const others = [
      object('ConfigMap', 'other'),
      object('Secret', 'settings'),
      object('Service', 'agent'),
      object('ConfigMap', 'settings', {}, 'example.com/v1'),
    ];
    expect(selectManifests([object('Deployment', 'else', {}, 'apps/v1'), settings, deployment, ...others], names)).toEqual({
      problems: [],
      template,
      configs: [settings],
      skipped: [
        'spec.replicas of Deployment agent',
        'spec.strategy of Deployment agent',
        'Deployment else',
        'ConfigMap other',
        'Secret settings',
        'Service agent',
        'ConfigMap settings',
      ],
    });
  });

  it.each<[string, readonly KubernetesObject[], string]>([
    ['nothing', [], 'Deployment agent is not among their 0 objects. They hold no Deployment.'],
    [
      'another Deployment',
      [object('Deployment', 'else', {}, 'apps/v1')],
      'Deployment agent is not among their 1 objects. They hold `else`.',
    ],
    ['two', [deployment, deployment], 'Deployment agent is there 2 times.'],
    ['an old version', [{ ...deployment, apiVersion: 'extensions/v1beta1' }], 'Deployment agent is of extensions/v1beta1.'],
    ['no spec', [object('Deployment', 'agent', {}, 'apps/v1')], 'Deployment agent has no pod template with a list of named containers.'],
    [
      'containers without names',
      [object('Deployment', 'agent', { spec: { template: { spec: { containers: [{}] } } } }, 'apps/v1')],
      'Deployment agent has no pod template with a list of named containers.',
    ],
    [
      'another namespace',
      [{ ...deployment, metadata: { name: 'agent', namespace: 'staging' } }],
      'Deployment agent is of the namespace staging, and the service is in shop.',
    ],
    [
      'a config twice',
      [deployment, object('ConfigMap', 'settings'), object('ConfigMap', 'settings')],
      'ConfigMap settings is there 2 times.',
    ],
  ])('is refused with %s', (_, objects, what) => {
    expect(selectManifests(objects, names).problems.map((problem) => problem.what)).toEqual([`\`manifests\`: ${what}`]);
  });

  it('does not mind another namespace of what it leaves alone', () => {
    const role = { ...object('Role', 'x'), metadata: { name: 'x', namespace: 'kube-system' } };
    expect(selectManifests([deployment, role], names).problems).toEqual([]);
  });
});
