import { yamlDocuments } from '../kubernetes/yaml.ts';
import type { Permission } from './permissions.ts';

/**
 * What a Role is called that holds the rights of a flow. Flows with other rights have other names: applying the Role of one must not
 * replace that of another. Without a flow, it is the canary's.
 */
export const roleName = (service: string, ...flow: readonly string[]): string => ['wf-deploy', service, ...flow].join('-');

export interface Subject {
  readonly kind: 'ServiceAccount' | 'User' | 'Group';
  readonly name: string;
  /** Of a ServiceAccount. */
  readonly namespace?: string;
}

/** As the API server names whoever asks: a ServiceAccount's name says also where it lies. */
export function subjectOf(username: string): Subject {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
  return namespace === undefined || name === undefined ? { kind: 'User', name: username } : { kind: 'ServiceAccount', name, namespace };
}

/**
 * A paste-ready Role and RoleBinding for each namespace of the permissions. In the first one, the service's own, they are called `name`. In
 * another one, and for all of them (then it is a ClusterRole), the name says whose service it is: services of one name may lie in several
 * namespaces, and one must not replace what another was granted there.
 */
export function roleYaml(permissions: readonly Permission[], name: string, subject: Subject): string {
  const namespaces = [...new Set(permissions.map(({ namespace }) => namespace))];
  const home = namespaces.find((namespace) => namespace !== '');
  const documents = namespaces.flatMap((namespace) => {
    const kind = namespace === '' ? 'ClusterRole' : 'Role';
    const called = namespace === home || home === undefined ? name : `${home}:${name}`;
    const metadata = namespace === '' ? { name: called } : { name: called, namespace };
    return [
      { apiVersion, kind, metadata, rules: rulesOf(permissions.filter((permission) => permission.namespace === namespace)) },
      {
        apiVersion,
        kind: `${kind}Binding`,
        metadata,
        roleRef: { apiGroup, kind, name: called },
        subjects: [subject.kind === 'ServiceAccount' ? { ...subject } : { apiGroup, kind: subject.kind, name: subject.name }],
      },
    ];
  });
  return yamlDocuments(documents);
}

const apiGroup = 'rbac.authorization.k8s.io';
const apiVersion = `${apiGroup}/v1`;

/** One rule for the verbs that go with the same names, and one for the names that go with the same verbs. */
function rulesOf(permissions: readonly Permission[]): readonly object[] {
  const resources = grouped(permissions, ({ group, resource, subresource, name }) => JSON.stringify([group, resource, subresource, name]));
  const named = resources.map((same) => ({ first: same[0], verbs: [...new Set(same.map(({ verb }) => verb))] }));
  const rules = grouped(named, ({ first, verbs }) =>
    JSON.stringify([first?.group, first?.resource, first?.subresource, first?.name === undefined, verbs]),
  );
  return rules.map((same) => {
    const { group = '', resource = '', subresource } = same[0]?.first ?? {};
    const resourceNames = same.flatMap(({ first }) => (first?.name === undefined ? [] : [first.name]));
    return {
      apiGroups: [group],
      resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
      ...(resourceNames.length === 0 ? {} : { resourceNames }),
      verbs: same[0]?.verbs ?? [],
    };
  });
}

const grouped = <T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] => [...Map.groupBy(items, keyOf).values()];
