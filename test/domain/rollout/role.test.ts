import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Permission, permissionsFor } from '../../../src/domain/rollout/permissions.ts';
import { roleName, roleYaml } from '../../../src/domain/rollout/role.ts';
import { nginxIngress } from '../../../src/domain/traffic/nginx-ingress.ts';
import { needs } from './needs.ts';

const all = permissionsFor(needs);
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
      ['Role', { name: 'shop:wf-deploy-agent', namespace: 'monitoring' }],
      ['RoleBinding', { name: 'shop:wf-deploy-agent', namespace: 'monitoring' }],
    ]);
  });

  it('is in the namespace of somebody else not the one of a service of the same name elsewhere', () => {
    const app = { ...needs.app, namespace: 'staging' };
    const of = (permissions: readonly Permission[]) =>
      documents(permissions).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    const other = of(permissionsFor({ ...needs, app }));
    expect(of(all).filter((each) => other.includes(each))).toEqual([]);
  });

  it('grants each permission', () => {
    expect(all.filter((permission) => !grants(documents(all), permission))).toEqual([]);
  });

  it.each(
    all.map(
      (permission) =>
        [`${permission.verb} ${permission.resource}/${permission.subresource ?? ''} ${permission.name ?? ''}`, permission] as const,
    ),
  )('does not grant %s without being asked to', (_, permission) => {
    const others = all.filter((each) => each !== permission);
    expect(grants(documents(others), permission)).toBe(false);
  });

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

it('a Role is called by the service and by the flow whose rights it holds', () => {
  expect([roleName('agent'), roleName('agent', 'stage'), roleName('agent', 'stage', 'undo')]).toEqual([
    'wf-deploy-agent',
    'wf-deploy-agent-stage',
    'wf-deploy-agent-stage-undo',
  ]);
});
