import { parseAllDocuments } from 'yaml';
import type { Permission } from '../../src/domain/rollout/permissions.ts';
import type { MemoryCluster } from './memory-cluster/cluster.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A Role, or what binds it, as it is printed to be pasted. */
export interface PrintedRole {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly object[];
}

/** What stands six spaces to the right in a message or in a log, as a person copies it. */
export const printedRoles = (text: string): readonly PrintedRole[] =>
  text
    .split(/^(?! {6}|$).*$/m)
    .filter((block) => block.includes('kind: '))
    .flatMap((block) => parseAllDocuments(block.replace(/^ {6}/gm, '')).map((each) => each.toJS() as PrintedRole));

/** Those of the permissions that pasting this would not grant, or would take away. */
export const lackingIn = (printed: readonly PrintedRole[], wanted: readonly Permission[]): readonly string[] =>
  wanted
    .filter(
      ({ namespace, group, resource, subresource, verb, name }) =>
        !printed.some(
          ({ metadata, rules = [] }) =>
            (metadata.namespace ?? '') === namespace &&
            rules.some(
              (rule) =>
                rule.apiGroups.includes(group) &&
                rule.resources.includes(subresource === undefined ? resource : `${resource}/${subresource}`) &&
                rule.verbs.includes(verb) &&
                (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
            ),
        ),
    )
    .map(({ verb, resource, subresource = '', name = '' }) => `${verb} ${resource}/${subresource} ${name}`);

/** Who asks, as the cluster of the tests names them. */
export const asking = { kind: 'ServiceAccount', name: 'deployer', namespace: 'ci' } as const;

/** The account may not do this, as `update deployments`. */
export function denies(cluster: Pick<MemoryCluster, 'allows'>, ...refused: readonly string[]): void {
  cluster.allows = ({ spec }) => {
    const { verb, resource } = (spec as { readonly resourceAttributes: { readonly verb: string; readonly resource: string } })
      .resourceAttributes;
    return !refused.includes(`${verb} ${resource}`);
  };
}
