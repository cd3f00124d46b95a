import { describe, expect, it } from '@jest/globals';
import { ConfigMap, Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { type Asking, operationPermissions } from '../../../src/domain/rollout/operation-permissions.ts';
import type { Permission } from '../../../src/domain/rollout/permissions.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { nginxIngress } from '../../../src/domain/traffic/nginx-ingress.ts';
import type { Router } from '../../../src/domain/traffic/router.ts';

const app = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };
const needs = { app, deployment: 'agent', canaryName: 'agent-canary', ours: [Deployment, ConfigMap] };

/** `verb,verb resource name`, in their order. */
function text(permissions: readonly Permission[]): readonly string[] {
  const same = Map.groupBy(permissions, ({ resource, name = '', need }) => `${resource} ${name}${need === 'advisory' ? '(advisory)' : ''}`);
  return [...same].map(([what, each]) => `${each.map(({ verb }) => verb).join(',')} ${what}`.trim());
}

const of = (what: Asking, router: Router = gatewayApi): readonly string[] => text(operationPermissions(what, { ...needs, router }));

const lease = 'leases wf-deploy-agent';

describe('operationPermissions', () => {
  it.each(['pause', 'resume', 'promote', 'abort'] as const)('asking a run to %s is a request in its Lease', (what) => {
    expect(of(what)).toEqual([`get,patch ${lease}`]);
  });

  it.each([
    ['unlock', [`get,update,patch ${lease}`, 'create events (advisory)']],
    [
      'take-back',
      [
        `get,update,patch ${lease}`,
        'get,update httproutes agent',
        'watch httproutes agent(advisory)',
        'get,watch,patch deployments agent(advisory)',
        'watch,list pods (advisory)',
        'get,patch deployments agent-canary(advisory)',
        'get,delete jobs wf-deploy-guardian-agent(advisory)',
      ],
    ],
    [
      'prepare',
      [
        `get,update,patch ${lease}`,
        'create leases',
        'get,update httproutes agent',
        'get deployments agent',
        'get deployments agent-canary',
        'get services agent',
        'get services agent-canary',
        'create services',
      ],
    ],
    [
      'uninstall',
      [
        `get,update,patch,delete ${lease}`,
        'create leases',
        'get,patch httproutes agent',
        'get,patch deployments agent',
        'get,patch deployments agent-canary',
        'list,delete deployments',
        'list,delete configmaps',
        'list replicasets (advisory)',
        'get,delete rolebindings wf-deploy-guardian-agent(advisory)',
        'get,delete roles wf-deploy-guardian-agent(advisory)',
        'get,delete serviceaccounts wf-deploy-guardian-agent(advisory)',
      ],
    ],
  ] as const)('%s', (what, expected) => expect(of(what)).toEqual(expected));

  it('without its old image no traffic returns to a stable that is half changed', () => {
    const needed = operationPermissions('take-back', { ...needs, router: gatewayApi, midPromotion: true });
    expect(text(needed.filter(({ need }) => need === 'required'))).toEqual([
      `get,update,patch ${lease}`,
      'get,update httproutes agent',
      'get,watch,patch deployments agent',
      'watch pods',
    ]);
  });

  it('a canary Ingress is made where the router has one', () => {
    expect(of('prepare', nginxIngress)).toContain('create ingresses');
  });
});
