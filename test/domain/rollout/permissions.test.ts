import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Permission, permissionsFor, roleYaml } from '../../../src/domain/rollout/permissions.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { istio } from '../../../src/domain/traffic/istio.ts';
import { nginxIngress } from '../../../src/domain/traffic/nginx-ingress.ts';

const app = { service: 'agent', namespace: 'shop', route: 'agent-route', canaryService: 'agent-canary' };
const needs = {
  router: gatewayApi,
  app,
  deployment: 'agent',
  canaryName: 'agent-canary',
  portForward: true,
  metricsService: { namespace: 'monitoring', name: 'prometheus:9090' },
};
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

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
interface RoleDocument {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly rules: readonly Rule[];
}

const documents = (permissions: readonly Permission[]) =>
  parseAllDocuments(roleYaml(permissions, 'wf-deploy-agent', { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' })).map(
    (document) => document.toJS() as RoleDocument,
  );

const grants = (roles: readonly RoleDocument[], { namespace, group, resource, subresource, verb, name }: Permission): boolean =>
  roles.some(
    (role) =>
      role.kind === 'Role' &&
      role.metadata.namespace === namespace &&
      role.rules.some(
        (rule) =>
          rule.apiGroups.includes(group) &&
          rule.resources.includes(subresource === undefined ? resource : `${resource}/${subresource}`) &&
          rule.verbs.includes(verb) &&
          (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
      ),
  );

describe('the Role', () => {
  it('is one with its binding for each namespace', () => {
    expect(documents(all).map(({ kind, metadata }) => [kind, metadata])).toEqual([
      ['Role', { name: 'wf-deploy-agent', namespace: 'shop' }],
      ['RoleBinding', { name: 'wf-deploy-agent', namespace: 'shop' }],
      ['Role', { name: 'wf-deploy-agent', namespace: 'monitoring' }],
      ['RoleBinding', { name: 'wf-deploy-agent', namespace: 'monitoring' }],
    ]);
  });

  it('grants each permission', () => {
    expect(all.filter((permission) => !grants(documents(all), permission))).toEqual([]);
  });

  it.each(all.map((permission) => [short(permission), permission] as const))(
    'does not grant %s without being asked to',
    (_, permission) => {
      const others = all.filter((each) => each !== permission);
      expect(grants(documents(others), permission)).toBe(false);
    },
  );

  it('is one of the cluster for what is seen in all namespaces, with the namespace in its name', () => {
    const [role, binding] = documents(permissionsFor({ ...needs, router: nginxIngress })).filter(({ kind }) => kind.startsWith('Cluster'));
    expect(role).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'shop:wf-deploy-agent' },
      rules: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['list'] }],
    });
    expect(binding).toMatchObject({
      kind: 'ClusterRoleBinding',
      metadata: { name: 'shop:wf-deploy-agent' },
      roleRef: { kind: 'ClusterRole', name: 'shop:wf-deploy-agent' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' }],
    });
  });

  it('names nobody twice and binds the account', () => {
    expect(documents(all)[1]).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'wf-deploy-agent', namespace: 'shop' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'wf-deploy-agent' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' }],
    });
  });

  it('binds a user by its API group', () => {
    expect(roleYaml(all.slice(0, 1), 'x', { kind: 'User', name: 'oidc:ci' })).toContain(
      'apiGroup: rbac.authorization.k8s.io\n    kind: User\n    name: "oidc:ci"',
    );
  });

  it('puts the verbs of the same object into one rule', () => {
    expect(documents(all.slice(0, 4))[0]?.rules).toEqual([
      {
        apiGroups: ['gateway.networking.k8s.io'],
        resources: ['httproutes'],
        resourceNames: ['agent-route'],
        verbs: ['get', 'watch', 'update', 'patch'],
      },
    ]);
  });
});
