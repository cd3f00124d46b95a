import { expect, it } from '@jest/globals';
import { Deployment, Ingress, Service, VirtualService } from '../../../../src/domain/kubernetes/kinds.ts';
import { allOf, isOf, labelsOfCanaryService, oneOf, stableDeployment } from '../../../../src/domain/traffic/around/objects.ts';

const app = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };
const object = (apiVersion: string, kind: string, name: string, spec: object = {}) => ({ apiVersion, kind, metadata: { name }, spec });
const around = [
  object('v1', 'Service', 'agent-canary', { selector: { app: 'agent-canary' } }),
  object('v1', 'Service', 'bare'),
  object('apps/v1', 'Deployment', 'agent'),
  object('networking.k8s.io/v1', 'Ingress', 'agent'),
];

it('knows a kind by its group, whatever the version is', () => {
  expect(isOf(object('networking.istio.io/v1beta1', 'VirtualService', 'a'), VirtualService)).toBe(true);
  expect(isOf(object('example.com/v1', 'VirtualService', 'a'), VirtualService)).toBe(false);
  expect(isOf(object('networking.istio.io/v1', 'Gateway', 'a'), VirtualService)).toBe(false);
});

it('finds what stands around', () => {
  expect(allOf(Service, around)).toHaveLength(2);
  expect(oneOf(Ingress, 'agent', around)).toBe(around[3]);
  expect(oneOf(Deployment, undefined, around)).toBeUndefined();
  expect(stableDeployment(app, around)).toBe(around[2]);
  expect(stableDeployment({ ...app, deployments: { stable: 'other', canary: 'x' } }, around)).toBeUndefined();
});

it('tells a Service without a selector from one that is not there', () => {
  expect(labelsOfCanaryService(app, around)).toEqual({ app: 'agent-canary' });
  expect(labelsOfCanaryService({ ...app, canaryService: 'bare' }, around)).toEqual({});
  expect(labelsOfCanaryService(app, [])).toBeUndefined();
});
