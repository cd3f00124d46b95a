import { expect, it } from '@jest/globals';
import { cloneOf } from '../../../src/domain/rollout/canary-deployment.ts';
import { inspectCanary } from '../../../src/domain/rollout/canary-inspection.ts';
import { sharedSelectionProblems } from '../../../src/domain/rollout/shared-selection.ts';
import { apart, front } from '../traffic/replicas/canaries.ts';
import { service } from './deployments.ts';

const names = { service: 'agent', namespace: 'shop', canaryService: 'agent-canary', canaryName: 'agent-canary' };
const clone = { service: 'agent', canaryName: 'agent-canary', container: 'agent', image: 'shop/agent:2', replicas: 0 };
const canaryLabels = { version: 'agent-canary' };
const objects = { stable: apart, stableService: front, oneService: true as const, canaryLabels };
const ours = cloneOf(apart, canaryLabels, clone);
const whats = (canary?: typeof apart, stableService = front) =>
  sharedSelectionProblems({ ...objects, stableService, ...(canary === undefined ? {} : { canary }) }, names).map(({ what }) => what);

it('the Service that has both sides needs no other', () => {
  expect(whats()).toEqual([]);
  expect(whats(ours)).toEqual([]);
  expect(inspectCanary(objects, { ...names, container: 'agent' }).problems).toEqual([]);
});

it.each([
  ['a Service that misses stable', undefined, service('agent', { app: 'other' }), /does not select the pods of Deployment agent/],
  ['a Service without a selector', undefined, service('agent', undefined), /does not select the pods/],
  ['a canary of the user’s own', { ...ours, metadata: { ...ours.metadata, labels: {} } }, front, /no gate would hold its pods back/],
  ['a canary that another router made', cloneOf(apart, { version: 'canary' }, clone), front, /does not let a selector be changed/],
])('refuses %s', (_, canary, stableService, what) => expect(whats(canary, stableService)).toEqual([expect.stringMatching(what)]));
