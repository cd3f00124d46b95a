import { describe, expect, it } from '@jest/globals';
import { accountPermissions, type GuardianNeeds, postingPermissions } from '../../../src/domain/guardian/permissions.ts';
import type { Permission } from '../../../src/domain/rollout/permissions.ts';

const needs: GuardianNeeds = { service: 'agent', namespace: 'shop', tells: true };
const short = ({ need, verb, group, resource, namespace, name }: Permission): string =>
  `${need} ${verb} ${group}/${resource} ${namespace}/${name ?? '*'}`;

describe('what a run needs to be allowed beyond its own', () => {
  it('to post a guardian is this, and no more', () => {
    expect(postingPermissions(needs).map(short)).toEqual([
      'required create batch/jobs shop/*',
      'required get batch/jobs shop/wf-deploy-guardian-agent',
      'required patch batch/jobs shop/wf-deploy-guardian-agent',
      'required delete batch/jobs shop/wf-deploy-guardian-agent',
      'required create /configmaps shop/*',
      'required create /secrets shop/*',
      'advisory list networking.k8s.io/networkpolicies shop/*',
    ]);
  });

  it('is no Secret where there is nobody to tell', () => {
    const without = postingPermissions({ ...needs, tells: false });
    expect(without.filter(({ resource }) => resource === 'secrets')).toEqual([]);
    expect(without).toHaveLength(6);
  });

  it('to make its account is this, with the one right that it has and a run has not', () => {
    expect(accountPermissions(needs).map(short)).toEqual([
      'required create /serviceaccounts shop/*',
      'required patch /serviceaccounts shop/wf-deploy-guardian-agent',
      'required create rbac.authorization.k8s.io/roles shop/*',
      'required patch rbac.authorization.k8s.io/roles shop/wf-deploy-guardian-agent',
      'required create rbac.authorization.k8s.io/rolebindings shop/*',
      'required patch rbac.authorization.k8s.io/rolebindings shop/wf-deploy-guardian-agent',
      'required create /events shop/*',
    ]);
  });
});
