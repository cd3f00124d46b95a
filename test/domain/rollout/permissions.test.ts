import { describe, expect, it } from '@jest/globals';
import { type Permission, permissionsFor } from '../../../src/domain/rollout/permissions.ts';
import { istio } from '../../../src/domain/traffic/istio.ts';
import { nginxIngress } from '../../../src/domain/traffic/nginx-ingress.ts';
import { app, needs } from './needs.ts';

const all = permissionsFor(needs);
const short = ({ namespace, group, resource, subresource, verb, name, need }: Permission) =>
  `${need} ${verb} ${group}/${resource}${subresource === undefined ? '' : `/${subresource}`} ${namespace}/${name ?? '*'}`;

describe('what a run needs to be allowed', () => {
  it('is this, and no more', () => {
    expect(all.map(short)).toEqual([
      'required get gateway.networking.k8s.io/httproutes shop/agent-route',
      'required watch gateway.networking.k8s.io/httproutes shop/agent-route',
      'required update gateway.networking.k8s.io/httproutes shop/agent-route',
      'required patch gateway.networking.k8s.io/httproutes shop/agent-route',
      'advisory list gateway.networking.k8s.io/httproutes shop/*',
      'required get apps/deployments shop/*',
      'required list apps/deployments shop/*',
      'required watch apps/deployments shop/*',
      'required patch apps/deployments shop/agent',
      'required patch apps/deployments shop/agent-canary',
      'required create apps/deployments shop/*',
      'required get /services shop/agent',
      'required get /services shop/agent-canary',
      'required list /pods shop/*',
      'required watch /pods shop/*',
      'required get coordination.k8s.io/leases shop/wf-deploy-agent',
      'required update coordination.k8s.io/leases shop/wf-deploy-agent',
      'required patch coordination.k8s.io/leases shop/wf-deploy-agent',
      'required create coordination.k8s.io/leases shop/*',
      'advisory list /events shop/*',
      'advisory get /pods/log shop/*',
      'advisory list /resourcequotas shop/*',
      'advisory list networking.k8s.io/networkpolicies shop/*',
      'required get /pods/portforward shop/*',
      'required create /pods/portforward shop/*',
      'required get /services/proxy monitoring/prometheus:9090',
    ]);
  });

  it('is less without a port-forward and with a Prometheus of its own address', () => {
    const { metricsService: _, ...less } = { ...needs, portForward: false };
    expect(permissionsFor(less).some(({ subresource }) => subresource === 'portforward' || subresource === 'proxy')).toBe(false);
  });

  it('is with Istio the view of what stands around, and no write of it', () => {
    const subsets = { ...app, stableService: 'agents', subsets: { stable: 'v1', canary: 'v2' } };
    const router = permissionsFor({ ...needs, router: istio, app: subsets }).map(short);
    expect(router.filter((permission) => /istio|ingress|namespaces|\/services shop/.test(permission))).toEqual([
      'required get networking.istio.io/virtualservices shop/agent-route',
      'required watch networking.istio.io/virtualservices shop/agent-route',
      'required update networking.istio.io/virtualservices shop/agent-route',
      'required patch networking.istio.io/virtualservices shop/agent-route',
      'advisory list networking.istio.io/virtualservices shop/*',
      'advisory list networking.istio.io/virtualservices /*',
      'required list networking.istio.io/destinationrules shop/*',
      'advisory list networking.istio.io/destinationrules /*',
      'advisory list networking.k8s.io/ingresses shop/*',
      'advisory list networking.istio.io/gateways shop/*',
      'advisory get /namespaces shop/shop',
      // By subsets there is no Service of the canary's own.
      'required get /services shop/agents',
    ]);
  });

  it('is with NGINX Ingress the canary Ingress, and the view of all', () => {
    const router = permissionsFor({ ...needs, router: nginxIngress }).map(short);
    expect(router.filter((permission) => permission.includes('ingresses'))).toEqual([
      'required get networking.k8s.io/ingresses shop/agent-route-canary',
      'required watch networking.k8s.io/ingresses shop/agent-route-canary',
      'required update networking.k8s.io/ingresses shop/agent-route-canary',
      'required patch networking.k8s.io/ingresses shop/agent-route-canary',
      'required list networking.k8s.io/ingresses shop/*',
      'advisory list networking.k8s.io/ingresses /*',
    ]);
  });

  it('has a reason each', () => {
    expect(all.every(({ why }) => why.length > 10)).toBe(true);
  });
});
