import { expect, it } from '@jest/globals';
import { ConfigMap, Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { required } from '../../../src/domain/rollout/required.ts';

it('asks for each verb, and names the object only where there is one', () => {
  expect(required({ namespace: 'shop' }, Deployment, ['get', 'patch'], 'set it', 'agent')).toEqual([
    { namespace: 'shop', group: 'apps', resource: 'deployments', verb: 'get', need: 'required', why: 'set it', name: 'agent' },
    { namespace: 'shop', group: 'apps', resource: 'deployments', verb: 'patch', need: 'required', why: 'set it', name: 'agent' },
  ]);
  expect(required({ namespace: 'shop' }, ConfigMap, ['create'], 'make it')).toEqual([
    { namespace: 'shop', group: '', resource: 'configmaps', verb: 'create', need: 'required', why: 'make it' },
  ]);
});
