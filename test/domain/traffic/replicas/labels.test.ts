import { expect, it } from '@jest/globals';
import { canaryName, canaryPodLabels } from '../../../../src/domain/traffic/replicas/labels.ts';
import { service, stable } from '../../rollout/deployments.ts';
import { apart, app, front } from './canaries.ts';

it('a label that the Service does not select by tells the pods apart', () =>
  expect(canaryPodLabels(app, [apart, front])).toEqual({ version: 'agent-canary' }));

it.each([
  ['the Service selects by all of the Deployment’s', [apart, service('agent', { app: 'agent', version: 'stable' })]],
  ['there is one label only', [stable(), front]],
  [
    'the other label is bound by an expression',
    [
      stable({
        selector: { matchLabels: { app: 'agent', version: 'stable' }, matchExpressions: [{ key: 'version', operator: 'Exists' }] },
        labels: { app: 'agent', version: 'stable' },
      }),
      front,
    ],
  ],
])('none where %s', (_, around) => expect(canaryPodLabels(app, around)).toEqual({}));

it('is not known without stable or its Service', () => {
  expect([canaryPodLabels(app, [apart]), canaryPodLabels(app, [front])]).toEqual([undefined, undefined]);
});

it('the canary is called after the service, or as it is said', () => {
  expect(canaryName(app)).toBe('agent-canary');
  expect(canaryName({ ...app, deployments: { stable: 'agent', canary: 'next' } })).toBe('next');
});
